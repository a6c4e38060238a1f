using System.Text.Json;
using Sparse.Evaluation;

namespace Sparse.LuceneNet.Tests.Facade;

[TestFixture]
internal sealed class Bm25QualityTests : IndexFixture
{
    // The BM25 column of ../shared/models/README.md.
    [TestCase("scifact", 0.676)]
    [TestCase("nfcorpus", 0.321)]
    [TestCase("cranfield", 0.491)]
    [TestCase("vespa-docs-qa", 0.659)]
    [TestCase("chunking-eval", 0.768)]
    public void Ndcg_at_10_of_BM25_is_the_reference_within_3_thousandths(string collection, double expected)
    {
        string folder = Collection(collection);
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder: null);
        index.Add([.. Lines(Path.Combine(folder, "corpus.jsonl")).Select(json => new SparseDocument(Text(json, "_id"), Text(json, "text")) { Title = Text(json, "title") })]);
        index.Commit();
        Qrels qrels = Qrels.Read(Path.Combine(folder, "qrels", "test.tsv"));
        var judged = qrels.QueryIds.ToHashSet(StringComparer.Ordinal);
        var run = new TrecRun();
        foreach (JsonElement query in Lines(Path.Combine(folder, "queries.jsonl")).Where(json => judged.Contains(Text(json, "_id"))))
        {
            SearchResult result = index.Search(Text(query, "text"), 10, new SearchOptions { WithStoredFields = false });
            run.Add(Text(query, "_id"), [.. result.Hits.Select(hit => new RunEntry(hit.Id, (float)hit.Score))]);
        }

        double ndcg = Measure.Parse("nDCG@10").Evaluate(qrels, run).Mean;
        TestContext.Out.WriteLine($"{collection}: nDCG@10 {ndcg:F4}, reference {expected:F3}");
        Assert.That(ndcg, Is.EqualTo(expected).Within(0.003));
    }

    private static IEnumerable<JsonElement> Lines(string path) => File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement);

    private static string Text(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";
}
