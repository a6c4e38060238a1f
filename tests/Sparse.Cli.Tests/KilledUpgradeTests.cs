using System.Diagnostics;
using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet;

namespace Sparse.Cli.Tests;

/// <summary>SIGKILL while an index of words alone gets its vectors: no document is lost, searches stay right, and the next run goes on.</summary>
internal sealed class KilledUpgradeTests
{
    private const int MostDelay = 150;
    private const string Query = "river12 engine3 bread7";

    [Test]
    public void Killed_3_times_at_random_seed_1_it_ends_with_the_vectors_of_a_fresh_build() => KillAndGoOn(3, seed: 1, documents: 900);

    [Test]
    public void Killed_50_times_at_random_seed_2_it_ends_with_the_vectors_of_a_fresh_build()
    {
        if (Environment.GetEnvironmentVariable("SPARSE_LONG") != "1")
        {
            Assert.Ignore("skipped: takes minutes; SPARSE_LONG=1 runs it");
        }

        KillAndGoOn(50, seed: 2, documents: 12_000);
    }

    private static void KillAndGoOn(int kills, int seed, int documents)
    {
        using var corpus = new SmallCorpus();
        string input = corpus.At("numbered.jsonl"), fresh = corpus.At("fresh");
        NumberedCorpus.Write(input, documents);
        Assert.That(Tool.Run("index", input, "--index", corpus.Index, "--encoder", "none").ExitCode, Is.Zero);
        Assert.That(Tool.Run("index", input, "--index", fresh, "--encoder", "builtin").ExitCode, Is.Zero);
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
        using SparseIndex whole = SparseIndex.OpenReadOnly(fresh, encoder);
        string[] upgrade = ["upgrade", "--index", corpus.Index, "--commit-every", "16"];
        var random = new Random(seed);
        var moments = new List<int>();
        while (moments.Count < kills)
        {
            using Process process = Tool.Start(null, upgrade);
            _ = process.StandardError.ReadToEndAsync();
            _ = process.StandardOutput.ReadToEndAsync();
            KilledIndexingTests.WaitUntilWriting(process, corpus.Index);

            // A random way further than the last time, and then at a random moment between two commits.
            int target = moments.LastOrDefault() + random.Next(documents / (kills + 1));
            while (Covered(corpus.Index) < target && !process.WaitForExit(10))
            {
            }

            if (process.WaitForExit(random.Next(MostDelay)))
            {
                break;
            }

            // While it runs, and after it was killed.
            AssertRight(corpus.Index, whole, encoder, documents);
            process.Kill();
            process.WaitForExit();
            moments.Add(AssertRight(corpus.Index, whole, encoder, documents));
            Assert.That(moments, Is.Ordered, "nothing committed is lost");
        }

        ToolResult last = Tool.Run(upgrade);
        Assert.That(last.ExitCode, Is.Zero, last.Error);
        Assert.That(AssertRight(corpus.Index, whole, encoder, documents), Is.EqualTo(documents));
        TestContext.Out.WriteLine($"{moments.Count} kills left coverages {string.Join(' ', moments)} of {documents}");
        Assert.That(moments, Has.Count.EqualTo(kills), "the upgrade must last for all kills");
        Assert.That(moments.Distinct().Count(), Is.GreaterThanOrEqualTo(2), "kills must hit different moments of it");
        Dictionary<string, string> expected = Vectors(fresh), vectors = Vectors(corpus.Index);
        Assert.That(vectors, Has.Count.EqualTo(documents));
        Assert.That(vectors.Where(pair => expected[pair.Key] != pair.Value).Select(pair => pair.Key), Is.Empty);
    }

    private static int Covered(string folder)
    {
        using SparseIndex index = SparseIndex.OpenReadOnly(folder);
        return index.Statistics().DocumentsWithVectors;
    }

    private static int AssertRight(string folder, SparseIndex whole, SpladeEncoder encoder, int documents)
    {
        using SparseIndex index = SparseIndex.OpenReadOnly(folder);
        int covered = index.Statistics().DocumentsWithVectors;
        Assert.That(index.Count, Is.EqualTo(documents));
        var words = new SearchOptions { Mode = SearchMode.Bm25, FilteredStatistics = true, WithStoredFields = false };
        Assert.That(Scores(index.Search(Query, documents, words)), Is.EquivalentTo(Scores(whole.Search(Query, documents, words))));
        if (index.Encoder is not null)
        {
            var terms = new SearchOptions { Mode = SearchMode.Sparse, QueryEncoder = encoder, WithStoredFields = false };
            Assert.That(Scores(index.Search(Query, documents, terms)).Except(Scores(whole.Search(Query, documents, terms))), Is.Empty);
            Assert.That(index.Search(Query, 10, terms with { Mode = SearchMode.Hybrid }).Hits, Has.Count.EqualTo(10));
        }

        return covered;
    }

    private static HashSet<(string, double)> Scores(SearchResult result) => [.. result.Hits.Select(hit => (hit.Id, hit.Score))];

    /// <summary>Each document's impacts, written out.</summary>
    private static Dictionary<string, string> Vectors(string folder)
    {
        using FSDirectory directory = FSDirectory.Open(folder);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        var terms = new Dictionary<string, List<string>>();
        foreach (AtomicReaderContext leaf in reader.Leaves)
        {
            string[] ids = [.. Enumerable.Range(0, leaf.AtomicReader.MaxDoc).Select(doc => leaf.AtomicReader.Document(doc).Get("id", CultureInfo.InvariantCulture))];
            TermsEnum? term = leaf.AtomicReader.GetTerms("sparse")?.GetEnumerator();
            DocsAndPositionsEnum? docs = null;
            while (term?.MoveNext() == true)
            {
                docs = term.DocsAndPositions(leaf.AtomicReader.LiveDocs, docs, DocsAndPositionsFlags.PAYLOADS);
                while (docs.NextDoc() != DocIdSetIterator.NO_MORE_DOCS)
                {
                    docs.NextPosition();
                    (terms.TryGetValue(ids[docs.DocID], out List<string>? known) ? known : terms[ids[docs.DocID]] = []).Add($"{term.Term.Utf8ToString()}:{docs.GetPayload().Bytes[docs.GetPayload().Offset]}");
                }
            }
        }

        return terms.ToDictionary(pair => pair.Key, pair => string.Join(' ', pair.Value.Order(StringComparer.Ordinal)));
    }
}
