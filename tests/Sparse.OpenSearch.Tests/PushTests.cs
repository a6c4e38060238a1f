using Sparse.Chunks;
using Sparse.Encoders.Splade;
using Sparse.Fusion;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.OpenSearch.Tests;

/// <summary>A local index on a real cluster of three nodes: the same hits with the same scores.</summary>
internal sealed class PushTests
{
    private static readonly OpenSearchOptions ThreeShards = new() { Shards = 3, Replicas = 1 };

    [OneTimeSetUp]
    public void Push()
    {
        using SparseIndex local = Pages.Open();
        PushReport report = OpenSearchIndex.Push(local, Server.Instance.Url + "/pages", ThreeShards);
        Assert.That(report, Is.EqualTo(new PushReport("pages", Pages.All.Length, 0, 0, 3)));
    }

    [TestCase(SearchMode.Sparse, false)]
    [TestCase(SearchMode.Sparse, true)]
    [TestCase(SearchMode.Bm25, false)]
    [TestCase(SearchMode.Hybrid, false)]
    [TestCase(SearchMode.Hybrid, true)]
    public void Hits_and_scores_are_those_of_the_local_index(SearchMode mode, bool byTable)
    {
        ITermEncoder encoder = byTable ? Pages.Table : Pages.Encoder;
        using SparseIndex local = Pages.Open(encoder);
        using OpenSearchIndex remote = OpenSearchIndex.Open(Server.Instance.Url + "/pages", encoder);
        foreach (string question in Pages.Questions)
        {
            AssertSame(remote, local, question, new SearchOptions { Mode = mode }, mode == SearchMode.Sparse ? 0 : 1e-6);
        }
    }

    [TestCase("--max-concurrent-downloads")]
    [TestCase("CMAKE_BUILD_TYPE")]
    [TestCase("bzip2recover")]
    [TestCase("set CMAKE_BUILD_TYPE")]
    public void Codes_go_to_the_words_as_they_do_locally(string question)
    {
        using SparseIndex local = Pages.Open();
        using OpenSearchIndex remote = OpenSearchIndex.Open(Server.Instance.Url + "/pages", Pages.Encoder);
        var options = new SearchOptions { Mode = SearchMode.Hybrid };
        AssertSame(remote, local, question, options, 1e-6);
        RoutedWord[] routed = [.. local.Search(question, 10, options).Routed];
        Assert.That(routed, Has.Length.EqualTo(1), "the local index routes it");
        Assert.That(remote.Search(question, 10, options).Routed, Is.EqualTo(routed));
    }

    [TestCase("number >= 100 and number < 200")]
    [TestCase("tag.v1 = three and not (number in (3, 6) or day > 2026-01-20)")]
    [TestCase("tag.v1 = thr* or id = common/tar")]
    [TestCase("day = 2026-01-05 or number = *")]
    public void Filters_pass_the_same_documents(string filter)
    {
        using SparseIndex local = Pages.Open();
        using OpenSearchIndex remote = OpenSearchIndex.Open(Server.Instance.Url + "/pages", Pages.Encoder);
        foreach (SearchMode mode in Enum.GetValues<SearchMode>())
        {
            AssertSame(remote, local, "list files of an archive", new SearchOptions { Mode = mode, Filter = filter }, 1e-6, k: 20);
        }
    }

    [TestCase(FusionMethod.ReciprocalRank)]
    [TestCase(FusionMethod.MinMax)]
    public void Other_fusions_and_pages_are_the_same(FusionMethod method)
    {
        using SparseIndex local = Pages.Open();
        using OpenSearchIndex remote = OpenSearchIndex.Open(Server.Instance.Url + "/pages", Pages.Encoder);
        var options = new SearchOptions { Mode = SearchMode.Hybrid, Skip = 7, ExcludeId = "common/tar", Fusion = new FusionOptions { Method = method, Weights = new Dictionary<string, double> { ["bm25"] = .5 } } };
        AssertSame(remote, local, "extract an archive into a folder", options, 1e-6);
        AssertSame(remote, local, "extract an archive into a folder", options with { Mode = SearchMode.Sparse, MinScore = 1 }, 0);
    }

    [TestCase(SearchMode.Sparse)]
    [TestCase(SearchMode.Hybrid)]
    public void Explanations_are_the_same(SearchMode mode)
    {
        using SparseIndex local = Pages.Open();
        using OpenSearchIndex remote = OpenSearchIndex.Open(Server.Instance.Url + "/pages", Pages.Encoder);
        var options = new SearchOptions { Mode = mode, Explain = true, Highlight = true };
        SearchResult expected = local.Search("which process keeps a file open", 5, options), found = remote.Search("which process keeps a file open", 5, options);
        for (int i = 0; i < 5; i++)
        {
            HitExplanation want = expected.Hits[i].Explanation!, have = found.Hits[i].Explanation!;
            Assert.That((have.Points, have.Exponent), Is.EqualTo((want.Points, want.Exponent)).And.Not.EqualTo((0L, 0)));
            Assert.That(have.Terms, Is.EqualTo(want.Terms));
            Assert.That(found.Hits[i].Highlight!.Spans, Is.EqualTo(expected.Hits[i].Highlight!.Spans));
        }
    }

    [Test]
    public void Push_again_sends_what_has_changed_and_deletes_what_is_gone()
    {
        string folder = Pages.Copy(), target = Server.Instance.Url + "/changing";
        using SparseIndex local = SparseIndex.Open(folder, Pages.Encoder);
        OpenSearchIndex.Push(local, target, new OpenSearchOptions { Replicas = 0 });
        local.Delete("common/tar", "common/curl");
        local.Add(new SparseDocument("new", "a page that was not there"));
        local.Add(new SparseDocument("common/git", "another text than before"));
        local.Commit();
        Assert.That(OpenSearchIndex.Push(local, target), Is.EqualTo(new PushReport("changing", 2, Pages.All.Length - 3, 2, 1)));
        Assert.That(OpenSearchIndex.Push(local, target), Is.EqualTo(new PushReport("changing", 0, Pages.All.Length - 1, 0, 1)));
        using OpenSearchIndex remote = OpenSearchIndex.Open(target, Pages.Encoder);

        // A local index counts deleted documents until they are merged away.
        local.Optimize();
        AssertSame(remote, local, "a page with another text", new SearchOptions { Mode = SearchMode.Hybrid }, 1e-6);
        AssertSame(remote, local, "a page with another text", new SearchOptions { Mode = SearchMode.Sparse }, 0);
        Assert.That(remote.Get("common/tar"), Is.Null);
    }

    [Test]
    public void Stopped_push_goes_on_where_it_was_and_shows_nothing_before()
    {
        string target = Server.Instance.Url + "/stopped";
        using SparseIndex local = Pages.Open();
        using var stop = new CancellationTokenSource();
        var oneAtATime = new OpenSearchOptions { Shards = 2, Replicas = 1, Connections = 1 };
        Assert.That(() => OpenSearchIndex.Push(local, target, oneAtATime, progress: new Stopping(stop), cancellationToken: stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => OpenSearchIndex.Open(target, null), Throws.InstanceOf<IOException>().With.Message.StartWith("There is no index 'stopped'"));

        PushReport report = OpenSearchIndex.Push(local, target, oneAtATime);
        Assert.That(report.Unchanged, Is.EqualTo(256), "the first window");
        Assert.That(report.Sent, Is.EqualTo(Pages.All.Length - 256));
        using OpenSearchIndex remote = OpenSearchIndex.Open(target, Pages.Encoder);
        foreach (string question in Pages.Questions.Take(20))
        {
            AssertSame(remote, local, question, new SearchOptions { Mode = SearchMode.Sparse }, 0);
        }
    }

    [Test]
    public void Another_encoder_goes_into_the_next_generation_and_the_former_stays_for_who_has_it_open()
    {
        string target = Server.Instance.Url + "/moving";
        using SparseIndex local = Pages.Open();
        OpenSearchIndex.Push(local, target);
        using OpenSearchIndex former = OpenSearchIndex.Open(target, Pages.Encoder);
        string[] before = [.. former.Search("list open files").Hits.Select(hit => hit.Id)];
        using SpladeEncoder other = SpladeEncoder.FromFolder(SharedData.Folder("models/splade-tiny"), new SpladeEncoderOptions { MaxTokens = 32 });

        Assert.That(OpenSearchIndex.Reencode(target, other), Is.EqualTo(new PushReport("moving", Pages.All.Length, 0, 0, 1)));
        Assert.That(former.Search("list open files").Hits.Select(hit => hit.Id), Is.EqualTo(before));
        Assert.That(former.Refresh, Throws.InstanceOf<InvalidDataException>().With.Message.Contains("was written by encoder"));
        using (OpenSearchIndex now = OpenSearchIndex.Open(target, other))
        {
            Assert.That(now.Encoder!.Fingerprint, Is.EqualTo(other.Identity.Fingerprint));
            Assert.That(now.Search("list open files").Hits, Is.Not.Empty);
        }

        OpenSearchIndex.Push(local, target);
        Assert.That(() => former.Search("list open files"), Throws.InstanceOf<IOException>().With.Message.Contains("has been replaced or deleted; open it again"));
    }

    [Test]
    public void Passages_are_found_with_their_places()
    {
        string folder = Folders.New("Long Pages");
        var options = new SparseIndexOptions { Chunker = new Chunker(Pages.Encoder.Tokenizer, new ChunkOptions { By = ChunkBy.Sentences, MaxTokens = 32 }) };
        using SparseIndex local = SparseIndex.Create(folder, Pages.Encoder, options);
        local.Add([.. Pages.All.Take(60)]);
        local.Commit();
        Assert.That(local.Statistics().Passages, Is.GreaterThan(70));
        Assert.That(OpenSearchIndex.Push(local, Server.Instance.Url).Name, Is.EqualTo("long-pages"), "named after the folder");
        using OpenSearchIndex remote = OpenSearchIndex.Open(Server.Instance.Url + "/long-pages", Pages.Encoder, new OpenSearchOptions { Index = options });
        Assert.That(remote.Count, Is.EqualTo(60));
        foreach (string question in Pages.Questions.Take(30))
        {
            AssertSame(remote, local, question, new SearchOptions { Mode = SearchMode.Sparse, Explain = true }, 0);
            AssertSame(remote, local, question, new SearchOptions { Mode = SearchMode.Hybrid }, 1e-6);
        }

        string back = Folders.New("index");
        Assert.That(remote.Pull(back), Is.EqualTo(60));
        using SparseIndex pulled = SparseIndex.OpenReadOnly(back, Pages.Encoder);
        AssertSame(pulled, local, "list open files", new SearchOptions { Mode = SearchMode.Sparse }, 0);
    }

    [Test]
    public void Pulled_index_is_the_one_that_was_pushed()
    {
        string back = Folders.New("index");
        using SparseIndex local = Pages.Open();
        using OpenSearchIndex remote = OpenSearchIndex.Open(Server.Instance.Url + "/pages", Pages.Encoder);
        Assert.That(remote.Pull(back), Is.EqualTo(Pages.All.Length));
        using SparseIndex pulled = SparseIndex.OpenReadOnly(back, Pages.Encoder);
        Assert.That((pulled.Scale, pulled.Encoder, pulled.Language), Is.EqualTo((local.Scale, local.Encoder, local.Language)));
        Assert.That(pulled.Fields, Is.EqualTo(local.Fields));
        Assert.That(local.Calibration, Is.Not.EqualTo(FusionCalibration.None));
        Assert.That(pulled.Calibration, Is.EqualTo(local.Calibration), "the scale of calibrated scores");
        Assert.That(pulled.Statistics().Postings, Is.EqualTo(local.Statistics().Postings));
        Assert.That(pulled.Get("common/tar")!.Fields, Is.EqualTo(local.Get("common/tar")!.Fields));
        foreach (string question in Pages.Questions.Take(20))
        {
            AssertSame(pulled, local, question, new SearchOptions { Mode = SearchMode.Sparse, Filter = "number > 20" }, 0);
        }
    }

    internal static void AssertSame(ISparseIndex remote, ISparseIndex local, string question, SearchOptions options, double tolerance, int k = 10, bool withLegs = true)
    {
        SearchResult expected = local.Search(question, k, options), found = remote.Search(question, k, options);
        string what = $"{options.Mode}: {question}";
        Assert.That(expected.Hits, Is.Not.Empty, what);
        Assert.That(found.Hits.Select(hit => hit.Id), Is.EqualTo(expected.Hits.Select(hit => hit.Id)), what);
        if (withLegs)
        {
            Assert.That(found.Hits.Select(hit => hit.Score), Is.EqualTo(expected.Hits.Select(hit => hit.Score)).Within(tolerance), what);
            Assert.That(found.Hits.SelectMany(hit => hit.Legs).Select(leg => (leg.Leg, leg.Rank)), Is.EqualTo(expected.Hits.SelectMany(hit => hit.Legs).Select(leg => (leg.Leg, leg.Rank))), what);
        }

        Assert.That(found.Hits.Select(hit => (hit.Rank, hit.Title, hit.Text, hit.Passage)), Is.EqualTo(expected.Hits.Select(hit => (hit.Rank, hit.Title, hit.Text, hit.Passage))), what);
        Assert.That(found.Hits.Select(hit => hit.Explanation?.Points), Is.EqualTo(expected.Hits.Select(hit => hit.Explanation?.Points)), what);
    }

    private sealed class Stopping(CancellationTokenSource stop) : IProgress<int>
    {
        public void Report(int value) => stop.Cancel();
    }
}
