using System.Text;
using System.Text.Json;

namespace Sparse.Server.Tests;

/// <summary>Requests as OpenSearch's clients write them.</summary>
internal sealed class OpenSearchTests
{
    private const string Actions = """
        {"index": {"_id": "disk"}}
        {"title": "df", "text": "Show how much of a volume is in use.", "lang": "en", "year": 2020}
        {"index": {"_id": "car"}}
        {"text": "Repair of old cars and trucks.", "lang": "en", "year": 2022}
        {"index": {"_id": "truck"}}
        {"text": "Repair your truck at home; trucks are old cars too.", "lang": "de", "year": 2023}

        """;

    private RunningServer _server = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await RunningServer.StartAsync();
        using HttpResponseMessage added = await _server.Client.PostAsync("/docs/_bulk", new StringContent(Actions, Encoding.UTF8, "application/x-ndjson"));
        Assert.That((int)added.StatusCode, Is.EqualTo(200));
    }

    [OneTimeTearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [TestCase("""{"match": {"text": "old cars"}}""", "car,truck")]
    [TestCase("""{"match": {"text": {"query": "old cars"}}}""", "car,truck")]
    [TestCase("""{"match_phrase": {"text": "truck at home"}}""", "truck")]
    [TestCase("""{"query_string": {"query": "+cars -home"}}""", "car")]
    [TestCase("""{"neural_sparse": {"v": {"query_tokens": {"volume": 1.5, "no such token": 2}}}}""", "disk")]
    [TestCase("""{"bool": {"must": [{"match": {"text": "old cars"}}], "filter": [{"term": {"lang": "en"}}]}}""", "car")]
    [TestCase("""{"bool": {"must": {"match": {"text": "old cars"}}, "must_not": {"range": {"year": {"gte": 2023}}}}}""", "car")]
    [TestCase("""{"bool": {"must": {"match": {"text": "old cars"}}, "filter": {"bool": {"should": [{"ids": {"values": ["truck"]}}, {"prefix": {"lang": "fr"}}]}}}}""", "truck")]
    [TestCase("""{"bool": {"must": {"match": {"text": "old cars"}}, "filter": [{"terms": {"lang": ["de", "fr"]}}, {"exists": {"field": "year"}}]}}""", "truck")]
    public async Task Query_finds(string query, string ids)
    {
        JsonElement answer = await _server.JsonAsync("/docs/_search", new { query = JsonElement.Parse(query) });
        Assert.That(Ids(answer), Is.EquivalentTo(ids.Split(',')));
    }

    [TestCase("""{"neural_sparse": {"v": {"query_text": "old cars"}}}""")]
    [TestCase("""{"neural_sparse": {"v": {"query_tokens": {"car": 2, "cars": 1.5}}}}""")]
    public async Task Hybrid_of_match_and_neural_sparse_is_one_ranking(string terms)
    {
        string query = """{"hybrid": {"queries": [{"match": {"text": "old cars"}}, """ + terms + "]}}";
        JsonElement answer = await _server.JsonAsync("/docs/_search", new { query = JsonElement.Parse(query), size = 2 });
        Assert.That(Ids(answer), Is.EquivalentTo(new[] { "car", "truck" }));
    }

    [Test]
    public async Task Answer_has_source_highlight_explanation_aggregations_and_order()
    {
        JsonElement answer = await _server.JsonAsync("/docs/_search", JsonElement.Parse("""
            {"query": {"match": {"text": "old cars"}}, "sort": [{"year": {"order": "desc"}}, "_score"], "_source": ["lang"], "explain": true,
             "highlight": {"fields": {"text": {}}}, "aggs": {"languages": {"terms": {"field": "lang", "size": 1}}}, "from": 0, "size": 5, "min_score": 0.0001}
            """));
        JsonElement hit = answer.GetProperty("hits").GetProperty("hits")[0];
        Assert.That(Ids(answer), Is.EqualTo(new[] { "truck", "car" }));
        Assert.That(hit.GetProperty("_source").ToString(), Is.EqualTo("""{"lang":"de"}"""));
        Assert.That(hit.GetProperty("highlight").GetProperty("text")[0].GetString(), Does.Contain("<em>old</em> <em>cars</em>"));
        Assert.That(hit.GetProperty("_explanation").GetProperty("details").EnumerateArray().Sum(part => part.GetProperty("value").GetDouble()), Is.EqualTo(hit.GetProperty("_score").GetDouble()).Within(1e-4));
        Assert.That(answer.GetProperty("aggregations").GetProperty("languages").GetProperty("buckets").ToString(), Is.EqualTo("""[{"key":"de","doc_count":1}]"""));
        Assert.That(answer.GetProperty("hits").GetProperty("total").ToString(), Is.EqualTo("""{"value":2,"relation":"eq"}"""));
    }

    [TestCase("""{"match_all": {}}""", "match_all")]
    [TestCase("""{"bool": {"filter": {"term": {"lang": "en"}}}}""", "must")]
    [TestCase("""{"bool": {"must": [{"match": {"text": "a"}}, {"match": {"text": "b"}}]}}""", "one query")]
    [TestCase("""{"bool": {"must": {"match": {"text": "a"}}, "filter": {"geo": {}}}}""", "geo")]
    [TestCase("""{"hybrid": {"queries": [{"match": {"text": "a"}}, {"neural_sparse": {"v": {"query_text": "b"}}}]}}""", "same text")]
    [TestCase("""{"neural_sparse": {"v": {"query_tokens": {"a": -1}}}}""", "above 0")]
    [TestCase("""{"match": {"text": "a", "title": "b"}}""", "one thing")]
    public async Task What_is_not_here_is_named(string query, string word)
    {
        string sentence = await _server.RefusedAsync("/docs/_search", new { query = JsonElement.Parse(query) });
        Assert.That(sentence, Does.Contain(word).And.EndWith("."));
    }

    [Test]
    public async Task Unknown_part_of_a_body_is_refused_and_not_left_out() =>
        Assert.That(await _server.RefusedAsync("/docs/_search", JsonElement.Parse("""{"query": {"match": {"text": "a"}}, "collapse": {"field": "lang"}}""")), Does.Contain("collapse"));

    private static string[] Ids(JsonElement answer) => [.. answer.GetProperty("hits").GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("_id").GetString()!)];
}
