using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.OpenSearch.Tests;

/// <summary>SciFact on three shards, and nodes stopped in the middle: minutes, so only with SPARSE_LONG=1.</summary>
internal sealed class LongTests
{
    private static readonly Lazy<string> SciFact = new(BuildSciFact);

    private static SearchMode[] Modes => [SearchMode.Sparse, SearchMode.Bm25, SearchMode.Hybrid];

    [OneTimeSetUp]
    public void RequireTime()
    {
        if (Environment.GetEnvironmentVariable("SPARSE_LONG") != "1")
        {
            Assert.Ignore("skipped: takes minutes; SPARSE_LONG=1 runs it");
        }
    }

    [Test]
    public void SciFact_on_three_shards_finds_what_the_local_index_finds()
    {
        string target = Server.Instance.Url + "/scifact";
        using SparseIndex local = SparseIndex.OpenReadOnly(SciFact.Value, Pages.Encoder);
        TestContext.Out.WriteLine(OpenSearchIndex.Push(local, target, new OpenSearchOptions { Shards = 3, Replicas = 1 }));
        using OpenSearchIndex remote = OpenSearchIndex.Open(target, Pages.Encoder);
        Qrels qrels = Qrels.Read(Path.Combine(SharedData.Folder("data/scifact"), "qrels/test.tsv"));
        Measure measure = Measure.ParseList("nDCG@10")[0];
        foreach (SearchMode mode in Modes)
        {
            foreach (ITermEncoder encoder in mode == SearchMode.Bm25 ? (ITermEncoder[])[Pages.Encoder] : [Pages.Encoder, Pages.Table])
            {
                var options = new SearchOptions { Mode = mode, QueryEncoder = encoder, WithStoredFields = false };
                TrecRun here = new(), there = new();
                int same = 0, exact = 0, count = 0;
                foreach (QueryText query in QueryFile.Read(Path.Combine(SharedData.Folder("data/scifact"), "queries.jsonl")).Where(query => qrels.QueryIds.Contains(query.Id)))
                {
                    SearchResult expected = local.Search(query.Text, 10, options), found = remote.Search(query.Text, 10, options);
                    here.Add(query.Id, [.. expected.Hits.Select(hit => new RunEntry(hit.Id, (float)hit.Score))]);
                    there.Add(query.Id, [.. found.Hits.Select(hit => new RunEntry(hit.Id, (float)hit.Score))]);
                    same += expected.Hits.Select(hit => hit.Id).SequenceEqual(found.Hits.Select(hit => hit.Id)) ? 1 : 0;
                    exact += expected.Hits.Select(hit => hit.Score).SequenceEqual(found.Hits.Select(hit => hit.Score)) ? 1 : 0;
                    count++;
                }

                double local10 = measure.Evaluate(qrels, here).Mean, remote10 = measure.Evaluate(qrels, there).Mean;
                TestContext.Out.WriteLine($"{mode} {(encoder == Pages.Table ? "idf" : "full")}: nDCG@10 {local10:F4} here, {remote10:F4} there; {same} of {count} top tens equal in ids and order, {exact} in scores");
                Assert.That(remote10, Is.EqualTo(local10).Within(.002));
                Assert.That(same, mode == SearchMode.Sparse ? Is.EqualTo(count) : Is.GreaterThan(.99 * count), $"{mode}");
                Assert.That(exact, mode == SearchMode.Sparse ? Is.EqualTo(count) : Is.GreaterThanOrEqualTo(0));
            }
        }
    }

    // Node 1 is the one that is addressed first, and usually the cluster's manager.
    [TestCase(1)]
    [TestCase(3)]
    public void Node_that_stops_in_the_middle_of_a_push_costs_no_document(int node)
    {
        using Server cluster = Server.StartStoppable();
        using SparseIndex local = SparseIndex.OpenReadOnly(SciFact.Value, Pages.Encoder);
        var stopping = new Stopping(cluster, node, after: 1_500);
        PushReport report = OpenSearchIndex.Push(local, cluster.AllUrls + "/scifact", new OpenSearchOptions { Shards = 3, Replicas = 1 }, progress: stopping);
        TestContext.Out.WriteLine($"{report}; node {node} stopped after {stopping.DoneWhenStopped} documents");
        Assert.That(stopping.DoneWhenStopped, Is.InRange(1_500, 4_000), "in the middle");
        Assert.That(report.Sent, Is.EqualTo(5_183));
        using OpenSearchIndex remote = OpenSearchIndex.Open(cluster.AllUrls + "/scifact", Pages.Encoder);
        Assert.That(remote.Count, Is.EqualTo(5_183));
        Assert.That(OpenSearchIndex.Push(local, cluster.AllUrls + "/scifact"), Is.EqualTo(new PushReport("scifact", 0, 5_183, 0, 3)), "every document is there as it is here");
        foreach (string question in Questions().Take(50))
        {
            PushTests.AssertSame(remote, local, question, new SearchOptions { Mode = SearchMode.Sparse }, 0);
        }
    }

    [Test]
    public void Node_that_stops_in_the_middle_of_a_run_of_searches_costs_no_hit()
    {
        using Server cluster = Server.StartStoppable();
        using SparseIndex local = SparseIndex.OpenReadOnly(SciFact.Value, Pages.Encoder);
        OpenSearchIndex.Push(local, cluster.AllUrls + "/scifact", new OpenSearchOptions { Shards = 3, Replicas = 1 });
        using OpenSearchIndex remote = OpenSearchIndex.Open(cluster.AllUrls + "/scifact", Pages.Encoder);
        Task? stop = null;
        string[] questions = [.. Questions()];
        for (int i = 0; i < questions.Length; i++)
        {
            stop ??= i == questions.Length / 3 ? Task.Run(() => cluster.StopNode(1)) : null;
            PushTests.AssertSame(remote, local, questions[i], new SearchOptions { Mode = i % 3 == 0 ? SearchMode.Hybrid : SearchMode.Sparse }, 1e-6, withLegs: i % 3 != 0);
        }

        Assert.That(stop!.IsCompletedSuccessfully, "the node was gone before the run's end");
    }

    private static IEnumerable<string> Questions()
    {
        Qrels qrels = Qrels.Read(Path.Combine(SharedData.Folder("data/scifact"), "qrels/test.tsv"));
        return QueryFile.Read(Path.Combine(SharedData.Folder("data/scifact"), "queries.jsonl")).Where(query => qrels.QueryIds.Contains(query.Id)).Select(query => query.Text);
    }

    private static string BuildSciFact()
    {
        string folder = Folders.New("scifact");
        using SparseIndex index = SparseIndex.Create(folder, Pages.Encoder);
        Corpus corpus = Corpus.Open([Path.Combine(SharedData.Folder("data/scifact"), "corpus.jsonl")]);
        foreach (CorpusDocument[] window in corpus.Chunk(512))
        {
            index.Add([.. window.Select(document => new SparseDocument(document.Id, document.Text) { Title = document.Title })]);
        }

        index.Commit();
        return folder;
    }

    private sealed class Stopping(Server cluster, int node, int after) : IProgress<int>
    {
        private readonly Lock _lock = new();
        private int _done;

        public int DoneWhenStopped { get; private set; }

        public void Report(int value)
        {
            lock (_lock)
            {
                _done += value;
                if (_done >= after && DoneWhenStopped == 0)
                {
                    DoneWhenStopped = _done;
                    _ = Task.Run(() => cluster.StopNode(node));
                }
            }
        }
    }
}
