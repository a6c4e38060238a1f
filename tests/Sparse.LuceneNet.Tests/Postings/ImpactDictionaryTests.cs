using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Postings;

namespace Sparse.LuceneNet.Tests.Postings;

/// <summary>Look-ups in a dictionary read from bytes.</summary>
public sealed class ImpactDictionaryTests
{
    [Test]
    public void Every_term_is_found_and_nothing_else([Values(0, 1, 2, 3, 1_000, 20_000)] int count)
    {
        BytesRef[] all = [.. Enumerable.Range(0, 2 * count).Select(i => new BytesRef($"t{i * 7919 % 100_003:x}"))];
        Array.Sort(all, BytesRef.UTF8SortedAsUnicodeComparer);
        BytesRef[] there = [.. all.Where((_, i) => i % 2 == 0)];
        ImpactDictionary dictionary = Read(there);
        for (int i = 0; i < all.Length; i++)
        {
            Assert.That(dictionary.Find(all[i]), Is.EqualTo(i % 2 == 0 ? i / 2 : -1));
            Assert.That(dictionary.Seek(all[i]), Is.EqualTo(i % 2 == 0 ? i / 2 : ~((i / 2) + 1)));
        }

        Assert.That(dictionary.Find(new BytesRef("")), Is.EqualTo(-1));
        Assert.That(dictionary.Find(new BytesRef("zzz")), Is.EqualTo(-1));
    }

    [Test]
    public void Many_threads_make_the_table_at_once()
    {
        BytesRef[] terms = [.. Enumerable.Range(0, 5_000).Select(i => new BytesRef($"{i:0000}"))];
        for (int round = 0; round < 20; round++)
        {
            ImpactDictionary dictionary = Read(terms);
            Parallel.For(0, terms.Length, i => Assert.That(dictionary.Find(terms[i]), Is.EqualTo(i)));
        }
    }

    private static ImpactDictionary Read(BytesRef[] terms)
    {
        using var directory = new RAMDirectory();
        using (IndexOutput output = directory.CreateOutput("terms", IOContext.DEFAULT))
        {
            foreach (BytesRef term in terms)
            {
                output.WriteVInt32(term.Length);
                output.WriteBytes(term.Bytes, term.Offset, term.Length);
                output.WriteVInt32(1);
            }
        }

        using IndexInput input = directory.OpenInput("terms", IOContext.DEFAULT);
        var dictionary = new ImpactDictionary(terms.Length, 0);
        dictionary.Read(input, withLengths: false);
        return dictionary;
    }
}
