using Sparse.Encoders.Splade;
using Sparse.LuceneNet.Tests.Facade;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Tests.Hybrid;

/// <summary>No model, a model that fails, and one that is late: the query is searched by words, and the result says so.</summary>
[TestFixture]
internal sealed class FallbackTests : IndexFixture
{
    // SPARSE_LONG=1 asks as often as the promise says: 10,000 times.
    private static readonly int Searches = Environment.GetEnvironmentVariable("SPARSE_LONG") == "1" ? 10_000 : 1_000;
    private static readonly SearchOptions Hybrid = new() { Mode = SearchMode.Hybrid };

    [Test]
    public void Encoder_that_sleeps_past_the_budget_under_load_leaves_every_query_answered_and_flagged()
    {
        using var encoder = new FaultyEncoder(() => Thread.Sleep(300));
        using SparseIndex index = NewIndex(encoder);
        var options = Hybrid with { EncoderBudget = TimeSpan.FromMilliseconds(2) };
        AssertAllByWords(index, options, "took longer than the 2 ms that the search may wait for it");
    }

    [Test]
    public void Encoder_that_throws_leaves_every_query_answered_and_flagged()
    {
        using var encoder = new FaultyEncoder(() => throw new TimeZoneNotFoundException("out of\nmemory."));
        using SparseIndex index = NewIndex(encoder);
        AssertAllByWords(index, Hybrid, "The encoder 'faulty' failed (out of memory), so the search was by words (BM25).");
        AssertAllByWords(index, Hybrid with { EncoderBudget = TimeSpan.FromSeconds(30) }, "failed (out of memory)", 100);
        AssertAllByWords(index, new SearchOptions { Mode = SearchMode.Sparse }, "failed (out of memory)", 100);
        Assert.That(index.MoreLikeThis("a", 10, new SearchOptions { Mode = SearchMode.Sparse }).Fallback, Does.Contain("failed"));
    }

    [TestCase("deleted")]
    [TestCase("damaged")]
    public void Model_file_that_is_gone_or_damaged_leaves_every_query_answered_and_flagged(string fault)
    {
        string model = WriteModel();
        using (SpladeEncoder encoder = SpladeEncoder.FromFolder(model))
        using (SparseIndex index = NewIndex(encoder))
        {
            Assert.That(index.Search("open port", 10, Hybrid with { EncoderBudget = TimeSpan.FromMinutes(1) }), Has.Property("Fallback").Null.And.Property("Mode").EqualTo(SearchMode.Hybrid));
        }

        string graph = Path.Combine(model, "model.onnx");
        if (fault == "deleted")
        {
            File.Delete(graph);
        }
        else
        {
            using FileStream file = File.OpenWrite(graph);
            file.SetLength(file.Length / 2);
        }

        using SparseIndex again = SparseIndex.OpenReadOnly(IndexPath, OrNull(() => SpladeEncoder.FromFolder(model)));
        AssertAllByWords(again, Hybrid, "The index holds vectors, but no encoder was given, so the search was by words (BM25).");
    }

    [Test]
    public void Fallback_finds_what_a_search_by_words_finds_and_leaves_out_a_least_score_of_another_scale()
    {
        using var encoder = new FaultyEncoder(() => throw new InvalidOperationException("no"));
        using SparseIndex index = NewIndex(encoder);
        SearchResult words = index.Search("open port", 10, new SearchOptions { Mode = SearchMode.Bm25 });
        SearchResult fallen = index.Search("open port", 10, Hybrid with { MinScore = 90 });
        Assert.That(words.Fallback, Is.Null);
        Assert.That(fallen.Hits.Select(hit => (hit.Id, hit.Score)), Is.EqualTo(words.Hits.Select(hit => (hit.Id, hit.Score))));
        Assert.That(fallen.Warnings, Is.EqualTo(new[] { fallen.Fallback, "The least score was left out: scores of words are on another scale." }));
        SearchResult stopWords = index.Search("the", 10, Hybrid);
        Assert.That((stopWords.Hits.Count, stopWords.Fallback is not null, stopWords.Warnings.Count), Is.EqualTo((0, true, 2)));
    }

    [Test]
    public void Index_of_text_alone_takes_hybrid_searches_by_words()
    {
        using SparseIndex index = NewIndex(null);
        SearchResult result = index.Search("open port", 10, Hybrid);
        Assert.That(result.Fallback, Is.EqualTo("The index holds text alone, no vectors, so the search was by words (BM25)."));
        Assert.That(Ids(result), Is.EqualTo(new[] { "a", "c" }));
    }

    [Test]
    public void Search_that_the_caller_stops_is_stopped_and_not_fallen_back()
    {
        using var stop = new CancellationTokenSource();
        using var encoder = new FaultyEncoder(() => { stop.Cancel(); stop.Token.ThrowIfCancellationRequested(); });
        using SparseIndex index = NewIndex(encoder);
        Assert.That(() => index.Search("port", 10, new SearchOptions { Mode = SearchMode.Sparse }, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => index.Search("port", 10, Hybrid with { EncoderBudget = TimeSpan.FromSeconds(9) }, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => index.Search("port", 10, Hybrid with { EncoderBudget = TimeSpan.Zero }), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("above 0"));
    }

    private static void AssertAllByWords(SparseIndex index, SearchOptions options, string reason, int? some = null)
    {
        int answered = 0, searches = some ?? Searches;
        Parallel.For(0, searches, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            SearchResult result = index.Search(i % 2 == 0 ? "open port" : "wine", 10, options);
            bool isRight = result.Mode == SearchMode.Bm25 && result.Fallback!.Contains(reason, StringComparison.Ordinal) && result.Warnings.Contains(result.Fallback)
                && result.Hits[0].Id == (i % 2 == 0 ? "a" : "b");
            Interlocked.Add(ref answered, isRight ? 1 : 0);
        });
        Assert.That(answered, Is.EqualTo(searches));
    }

    private SparseIndex NewIndex(ITermEncoder? encoder)
    {
        SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        bool isFaulty = encoder is FaultyEncoder;
        TermVector? vector = isFaulty ? TermVector.FromPairs([KeyValuePair.Create(1, 1f)]) : null;
        index.Add([new("a", "open port") { Vector = vector }, new("b", "wine") { Vector = vector }, new("c", "a port of the sea, far away from any other") { Vector = vector }]);
        index.Commit();
        return index;
    }

    private static ITermEncoder? OrNull(Func<ITermEncoder> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The built-in model as files.</summary>
    private string WriteModel()
    {
        string folder = Directory.CreateDirectory(PathOf("model")).FullName;
        foreach (string file in (string[])["model.onnx", "vocab.txt"])
        {
            using Stream source = typeof(SpladeEncoder).Assembly.GetManifestResourceStream("Sparse.Encoders.BuiltIn." + file)!;
            using FileStream target = File.Create(Path.Combine(folder, file));
            source.CopyTo(target);
        }

        File.WriteAllText(Path.Combine(folder, "config.json"), """{"max_position_embeddings": 512}""");
        return folder;
    }

    /// <summary>Injects a fault into every encoding.</summary>
    private sealed class FaultyEncoder(Action fault) : ITermEncoder
    {
        private readonly HashEncoder _inner = new("faulty");

        public EncoderIdentity Identity => _inner.Identity;

        public Vocabulary Vocabulary => _inner.Vocabulary;

        public float MaxWeight => _inner.MaxWeight;

        public IReadOnlyList<TermVector> Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
        {
            fault();
            return _inner.Encode(texts, cancellationToken);
        }

        public void Dispose() => _inner.Dispose();
    }
}
