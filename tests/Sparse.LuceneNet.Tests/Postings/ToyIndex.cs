using System.Globalization;
using Lucene.Net.Analysis.Core;
using Lucene.Net.Codecs;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.Tokens;
using Sparse.Vectors;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Postings;

/// <summary>Small indexes for tests: writers, documents, and every impact read back through Lucene's own interfaces.</summary>
internal static class ToyIndex
{
    public const string SparseField = "sparse";

    /// <summary>A scale that no power of two hides.</summary>
    public static readonly SparseFieldFormat Format = new(0.0137f, new EncoderIdentity("toy", "0123456789abcdef", "fedcba9876543210", false));

    public static readonly Vocabulary Vocabulary = new([.. Enumerable.Range(0, 40).Select(id => $"t{id:00}"), "ü", "語", "##ing", "\U0001F600", "\uFFFD"]);

    public static IndexWriterConfig Config(Codec? codec)
    {
        var config = new IndexWriterConfig(LuceneVersion.LUCENE_48, new WhitespaceAnalyzer(LuceneVersion.LUCENE_48))
        {
            MergeScheduler = new SerialMergeScheduler(),
        };
        if (codec is not null)
        {
            config.Codec = codec;
        }

        return config;
    }

    /// <summary>A writer that keeps segments apart until it is told to merge.</summary>
    public static IndexWriter Writer(Directory directory, Codec? codec, bool compound = false)
    {
        IndexWriterConfig config = Config(codec);
        config.MergePolicy = NoMergePolicy.NO_COMPOUND_FILES;
        config.UseCompoundFile = compound;
        return new IndexWriter(directory, config);
    }

    public static Document Document(string id, ImpactVector? vector, string field = SparseField) =>
        vector is null ? Document(id) : Document(id, new ImpactField(field, vector, Vocabulary));

    public static Document Document(string id, params IIndexableField[] fields)
    {
        var document = new Document { new StringField("id", id, Field.Store.YES) };
        foreach (IIndexableField field in fields)
        {
            document.Add(field);
        }

        return document;
    }

    public static PackedImpactField Packed(ImpactVector vector) => new(SparseField, vector, Vocabulary);

    public static ImpactVector Vector(params (string Term, byte Impact)[] impacts)
    {
        var sorted = new SortedDictionary<int, byte>();
        foreach ((string term, byte impact) in impacts)
        {
            Assert.That(Vocabulary.TryGetId(term, out int id));
            sorted.Add(id, impact);
        }

        return new ImpactVector([.. sorted.Keys], [.. sorted.Values]);
    }

    /// <summary>Few distinct impacts, so that scores tie.</summary>
    public static ImpactVector RandomVector(Random random, int maxTerms = 8, int distinctImpacts = 4)
    {
        var impacts = new SortedDictionary<int, byte>();
        for (int i = random.Next(maxTerms + 1); i > 0; i--)
        {
            impacts[random.Next(Vocabulary.Count)] = (byte)(1 + random.Next(distinctImpacts) * 254 / Math.Max(1, distinctImpacts - 1));
        }

        return new ImpactVector([.. impacts.Keys], [.. impacts.Values]);
    }

    public static SortedDictionary<string, byte> Named(ImpactVector vector)
    {
        var named = new SortedDictionary<string, byte>(StringComparer.Ordinal);
        for (int i = 0; i < vector.Count; i++)
        {
            named.Add(Vocabulary[vector.Terms[i]], vector.Impacts[i]);
        }

        return named;
    }

    /// <summary>Every live document's stored id and impacts, as Lucene's enumerators give them.</summary>
    public static SortedDictionary<string, SortedDictionary<string, byte>> ReadBack(IndexReader reader, string field = SparseField)
    {
        var documents = new SortedDictionary<string, SortedDictionary<string, byte>>(StringComparer.Ordinal);
        foreach (AtomicReaderContext leaf in reader.Leaves)
        {
            AtomicReader segment = leaf.AtomicReader;
            var ids = new string?[segment.MaxDoc];
            for (int doc = 0; doc < ids.Length; doc++)
            {
                if (segment.LiveDocs?.Get(doc) != false)
                {
                    ids[doc] = segment.Document(doc).Get("id", CultureInfo.InvariantCulture);
                    documents.Add(ids[doc]!, new SortedDictionary<string, byte>(StringComparer.Ordinal));
                }
            }

            if (segment.GetTerms(field) is not { } terms)
            {
                continue;
            }

            TermsEnum term = terms.GetEnumerator();
            DocsAndPositionsEnum? postings = null;
            while (term.MoveNext())
            {
                postings = term.DocsAndPositions(segment.LiveDocs, postings);
                while (postings.NextDoc() != DocIdSetIterator.NO_MORE_DOCS)
                {
                    Assert.That((postings.Freq, postings.NextPosition()), Is.EqualTo((1, 0)));
                    BytesRef payload = postings.GetPayload();
                    Assert.That(payload.Length, Is.EqualTo(1));
                    documents[ids[postings.DocID]!].Add(term.Term.Utf8ToString(), payload.Bytes[payload.Offset]);
                }
            }
        }

        return documents;
    }

    /// <summary>Asserts that Lucene's own check finds nothing.</summary>
    public static void AssertClean(Directory directory, string because = "")
    {
        using var log = new StringWriter();
        CheckIndex.Status status = new CheckIndex(directory) { InfoStream = log }.DoCheckIndex();
        Assert.That(status.Clean, Is.True, () => because + log);
    }
}
