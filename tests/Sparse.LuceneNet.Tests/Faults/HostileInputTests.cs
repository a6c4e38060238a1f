using CsCheck;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Tests.Facade;
using Sparse.LuceneNet.Tests.Postings;
using Sparse.Tests;
using Directory = System.IO.Directory;

namespace Sparse.LuceneNet.Tests.Faults;

/// <summary>Queries, filters and index files that somebody means ill by.</summary>
[TestFixture]
[Category("Fuzz")]
internal sealed class HostileInputTests : IndexFixture
{
    private static readonly string[] Pieces =
    [
        "year", "lang", "id", "text", "sparse", " ", "=", ">=", "<", "!=", "in", "and", "or", "not", "(", ")", ",", "\"", "'", "*", "?", "~", "~2", "^", "^9e99", ":", "[", "]", "{", "}", " TO ", "/", "\\", "+", "-", "&&", "||", "!",
        "2020", "1e999", "NaN", "-0", "en", "word1", "word1 word2", ".*", "|", "<1-9>", "{9}", "#", "@", "\0", "\uD800", "İ", "é", "字", "\"word1 word2\"~5", "_exists_",
    ];

    private static readonly Gen<string> Queries = Gen.OneOf(
        Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[1, 12].Select(string.Concat),
        Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[1, 12].Select(parts => string.Join(' ', parts)),
        Gen.Select(Gen.Int[0, Pieces.Length - 1], Gen.Int[1, 3_000]).Select((i, times) => string.Concat(Enumerable.Repeat(Pieces[i], times))),
        Fuzz.AnyText);

    [Test]
    public void Any_filter_and_any_query_in_Lucenes_syntax_is_answered_or_refused_with_one_sentence()
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder, new SparseIndexOptions { Fields = [new("year", FieldKind.Number), new("lang", FieldKind.Keyword), new("when", FieldKind.Date)] }))
        {
            index.Add([.. Enumerable.Range(0, 40).Select(i => new SparseDocument($"d{i}", $"word{i % 5} word{i % 3} text") { Fields = { ["year"] = $"{2000 + i}", ["lang"] = "en", ["when"] = "2020-05" } })]);
            index.Commit();
        }

        using SparseIndex reader = SparseIndex.OpenReadOnly(IndexPath, encoder);
        int answered = 0, refused = 0;
        Gen.Select(Queries, Gen.Int[0, 3]).Sample(
            (text, kind) =>
            {
                try
                {
                    SearchOptions options = kind switch
                    {
                        0 => new SearchOptions { Mode = SearchMode.Bm25, Filter = text },
                        1 => new SearchOptions { Mode = SearchMode.Sparse, Filter = text, Facets = ["lang"] },
                        _ => new SearchOptions { Mode = SearchMode.Bm25, Syntax = QuerySyntax.Lucene },
                    };
                    reader.Search(kind < 2 ? "word1" : text, 5, options);
                    answered++;
                }
                catch (ArgumentException e)
                {
                    refused++;
                    Assert.That(e.Message, Has.Length.InRange(20, 4_000).And.Not.Contains(" at Sparse."), $"{kind} {text}");
                }
            },
            seed: Fuzz.Seed, iter: 1_000, time: Fuzz.Seconds, threads: 1);
        Assert.That(answered, Is.GreaterThan(50));
        Assert.That(refused, Is.GreaterThan(50));
    }

    [TestCase("(")]
    [TestCase("-(")]
    [TestCase("word1:(")]
    [TestCase("/(")]
    public void Parentheses_without_end_are_refused_and_do_not_fill_the_stack(string piece)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        string text = string.Concat(Enumerable.Repeat(piece, 200_000));
        Assert.That(() => index.Search(text, 5, new SearchOptions { Mode = SearchMode.Bm25, Syntax = QuerySyntax.Lucene }), Throws.ArgumentException.With.Message.Contains("deep"));
    }

    [TestCase("*a????????????????????????????")]
    [TestCase("/.*a.............................../")]
    [TestCase("/((a{99}){99}){99}/")]
    [TestCase("/a{99999999999}/")]
    public void A_pattern_that_would_take_the_memory_is_refused(string pattern)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add(Doc("a", "aaa"));
        index.Commit();
        Assert.That(() => index.Search(pattern, 5, new SearchOptions { Mode = SearchMode.Bm25, Syntax = QuerySyntax.Lucene }), Throws.ArgumentException.With.Message.Contains("signs"));
    }

    [TestCase(".sid")]
    [TestCase(".sip")]
    public void A_changed_file_of_ours_is_read_or_refused_even_with_the_checksum_of_the_changed_bytes(string extension)
    {
        // In the oldest version that is mapped, no term has a checksum: everything stands on the checks of values.
        string folder = PathOf("copy");
        Directory.CreateDirectory(folder);
        foreach (string golden in Directory.GetFiles(GoldenIndexTests.Folder(2)))
        {
            File.Copy(golden, Path.Combine(folder, Path.GetFileName(golden)));
        }

        string file = Directory.GetFiles(folder, "_0_SparseImpact2_0" + extension).Single();
        using FSDirectory directory = FSDirectory.Open(folder);
        Fuzz.AssertReadOrRefused(File.ReadAllBytes(file), bytes =>
        {
            if (bytes.Length >= 16)
            {
                // Everything before the checksum keeps its checksum: what is left to find is what the bytes say.
                bytes = [.. bytes[..^16], 0xC0, 0x28, 0x93, 0xE8, 0, 0, 0, 0, 0, 0, 0, 0, .. new byte[4]];
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 4), System.IO.Hashing.Crc32.HashToUInt32(bytes.AsSpan(0, bytes.Length - 8)));
            }

            File.Delete(file);
            File.WriteAllBytes(file, bytes);
            using DirectoryReader reader = DirectoryReader.Open(directory);
            ToyIndex.ReadBack(reader);
            var query = new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float> { ["every"] = 1, ["mod3"] = 2, ["##7"] = .3f });
            new SparseSearcher(reader).Search(query, 5);
            new IndexSearcher(reader).Search(query, 5);
        }, iterations: 150, refusedShare: .3);
    }
}
