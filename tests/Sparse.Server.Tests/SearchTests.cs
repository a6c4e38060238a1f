using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Server.Tests;

/// <summary>What a search may ask for, and what it gets.</summary>
internal sealed class SearchTests
{
    private const string Pages = """
        {"id": "disk", "title": "df", "text": "Show how much of a volume is in use.", "lang": "en", "year": 2020}
        {"id": "cake", "text": "A recipe for apple cakes.", "lang": ["en", "fr"], "year": 2021}
        {"id": "car", "text": "Repair of old cars and trucks.", "lang": "en", "year": 2022}
        {"id": "truck", "text": "Repair your truck at home; trucks are old cars too.", "lang": "de", "year": 2023}
        {"id": "bike", "text": "A bicycle shop that mends wheels.", "lang": "de", "year": 2024}
        """;

    private RunningServer _server = null!;

    // The model itself, on a machine that is busy with something else.
    private sealed class LateEncoder(ITermEncoder model) : ITermEncoder
    {
        public EncoderIdentity Identity => model.Identity;

        public Vocabulary Vocabulary => model.Vocabulary;

        public float MaxWeight => model.MaxWeight;

        public IReadOnlyList<TermVector> Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
        {
            cancellationToken.WaitHandle.WaitOne(TimeSpan.FromSeconds(20));
            return model.Encode(texts, cancellationToken);
        }

        public void Dispose() => model.Dispose();
    }

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await RunningServer.StartAsync();
        using HttpResponseMessage added = await _server.BulkAsync(Pages);
        Assert.That(added.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [OneTimeTearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [Test]
    public async Task Hybrid_is_the_default_and_says_what_each_leg_thinks()
    {
        JsonElement answer = await _server.SearchAsync(new { query = "car repair" });
        Assert.That(answer.GetProperty("mode").GetString(), Is.EqualTo("hybrid"));
        Assert.That(RunningServer.Ids(answer)[..2], Is.EquivalentTo(new[] { "car", "truck" }));
        Assert.That(answer.GetProperty("hits")[0].GetProperty("legs").EnumerateArray().Select(leg => leg.GetProperty("leg").GetString()), Is.SupersetOf(new[] { "bm25", "sparse" }));
    }

    [TestCase("rrf")]
    [TestCase("minmax")]
    [TestCase("zscore")]
    [TestCase("l2")]
    [TestCase("raw")]
    public async Task Each_fusion_finds_what_both_legs_find(string method)
    {
        JsonElement answer = await _server.SearchAsync(new { query = "car repair", fusion = new { method, weights = new { bm25 = 1, sparse = .5 }, missing = "floor" } });
        Assert.That(RunningServer.Ids(answer)[..2], Is.EquivalentTo(new[] { "car", "truck" }));
    }

    [TestCase("hybrid")]
    [TestCase("sparse")]
    [TestCase("bm25")]
    public async Task Filter_holds_in_each_mode(string mode) =>
        Assert.That(RunningServer.Ids(await _server.SearchAsync(new { query = "old cars", mode, filter = "year > 2022 and lang = de" })), Does.Contain("truck").And.Not.Contain("car"));

    [TestCase("hybrid")]
    [TestCase("sparse")]
    [TestCase("bm25")]
    public async Task Pages_are_cut_from_one_ranking(string mode)
    {
        string[] all = RunningServer.Ids(await _server.SearchAsync(new { query = "old cars repair shop", mode, k = 4 }));
        JsonElement second = await _server.SearchAsync(new { query = "old cars repair shop", mode, k = 1, from = 1 });
        Assert.That(RunningServer.Ids(second), Is.EqualTo(all[1..2]));
        Assert.That(second.GetProperty("hits")[0].GetProperty("rank").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public async Task Facets_count_what_matches_by_words_and_in_hybrid_mode_what_any_leg_matches()
    {
        JsonElement words = await _server.SearchAsync(new { query = "repair cars", mode = "bm25", facets = new[] { "lang" }, k = 1 });
        Assert.That(words.GetProperty("matches").GetInt64(), Is.EqualTo(2));
        Assert.That(words.GetProperty("facets").GetProperty("lang").EnumerateArray().Select(one => one.GetProperty("value").GetString()), Is.EqualTo(new[] { "de", "en" }));
        JsonElement hybrid = await _server.SearchAsync(new { query = "repair cars", facets = new[] { "lang" }, k = 10 });
        Assert.That(hybrid.GetProperty("mode").GetString(), Is.EqualTo("hybrid"));
        Assert.That(hybrid.GetProperty("matches").GetInt64(), Is.EqualTo(hybrid.GetProperty("hits").GetArrayLength()).And.GreaterThan(2));
    }

    [Test]
    public async Task Encoder_that_is_late_leaves_the_search_to_words_and_the_answer_says_so()
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { EncoderBudget = TimeSpan.FromMilliseconds(50) }, queries: model => new LateEncoder(model));
        using HttpResponseMessage added = await server.BulkAsync(Pages);
        JsonElement answer = await server.SearchAsync(new { query = "car repair" });
        Assert.That(answer.GetProperty("mode").GetString(), Is.EqualTo("bm25"));
        Assert.That(answer.GetProperty("fallback").GetString(), Does.Contain("took longer").And.Contain("by words"));
        Assert.That(RunningServer.Ids(answer), Does.Contain("car"));
    }

    [Test]
    public async Task Query_whose_terms_are_all_blocked_finds_nothing_and_still_shows_them()
    {
        JsonElement answer = await _server.SearchAsync(new { query = "apple", mode = "sparse", encoder = "idf", edits = new { apple = 0 } });
        Assert.That(answer.GetProperty("hits").GetArrayLength(), Is.Zero);
        Assert.That(answer.GetProperty("terms")[0].GetProperty("factor").GetSingle(), Is.Zero);
    }

    [Test]
    public async Task Order_of_its_own_takes_the_mode_that_can()
    {
        Assert.That((await _server.SearchAsync(new { query = "repair", sort = new[] { "score", "-year" } })).GetProperty("mode").GetString(), Is.EqualTo("sparse"));
        JsonElement answer = await _server.SearchAsync(new { query = "repair", sort = new[] { "-year" } });
        Assert.That(answer.GetProperty("mode").GetString(), Is.EqualTo("hybrid"));
        Assert.That(RunningServer.Ids(answer), Does.Contain("truck").And.Contain("car"));
        Assert.That(Array.IndexOf(RunningServer.Ids(answer), "truck"), Is.LessThan(Array.IndexOf(RunningServer.Ids(answer), "car")));
    }

    [Test]
    public async Task Lucene_syntax_takes_the_mode_that_can() =>
        Assert.That(RunningServer.Ids(await _server.SearchAsync(new { query = "+repair -home", syntax = "lucene" })), Is.EqualTo(new[] { "car" }));

    [Test]
    public async Task Explained_points_sum_to_the_score()
    {
        JsonElement answer = await _server.SearchAsync(new { query = "mending a bike", mode = "sparse", explain = true, highlight = true });
        JsonElement hit = answer.GetProperty("hits")[0], why = hit.GetProperty("explanation");
        Assert.That(hit.GetProperty("id").GetString(), Is.EqualTo("bike"));
        Assert.That(why.GetProperty("terms").EnumerateArray().Sum(term => term.GetProperty("points").GetInt64()), Is.EqualTo(why.GetProperty("points").GetInt64()));
        Assert.That(Math.ScaleB(why.GetProperty("points").GetInt64(), why.GetProperty("exponent").GetInt32()), Is.EqualTo(hit.GetProperty("score").GetDouble()));
        JsonElement mark = hit.GetProperty("highlight").GetProperty("spans")[0];
        string passage = hit.GetProperty("highlight").GetProperty("passage").GetString()!;
        Assert.That(passage[mark.GetProperty("start").GetInt32()..mark.GetProperty("end").GetInt32()], Is.AnyOf("bicycle", "shop", "mends", "wheels"));
    }

    [TestCase("sparse")]
    [TestCase("hybrid")]
    public async Task Blocked_expansion_no_longer_explains_a_hit_and_a_boosted_one_weighs_more(string mode)
    {
        async Task<Dictionary<string, long>> WeightsAsync(object? edits) =>
            (await _server.SearchAsync(new { query = "vehicle", mode, explain = true, edits })).GetProperty("hits").EnumerateArray().SelectMany(hit => hit.GetProperty("explanation").GetProperty("terms").EnumerateArray())
                .GroupBy(term => term.GetProperty("term").GetString()!).ToDictionary(term => term.Key, term => term.Max(one => one.GetProperty("points").GetInt64()));
        Dictionary<string, long> plain = await WeightsAsync(null);
        Assert.That(plain, Does.ContainKey("car").And.ContainKey("cars"), "expansions of 'vehicle'");
        Assert.That(await WeightsAsync(new { car = 0 }), Does.Not.ContainKey("car").And.ContainKey("cars"));
        Dictionary<string, long> boosted = await WeightsAsync(new { car = 3 });
        Assert.That((double)boosted["car"] / boosted["cars"], Is.GreaterThan(2.0 * plain["car"] / plain["cars"]));
    }

    [Test]
    public async Task Terms_made_elsewhere_need_no_text() =>
        Assert.That(RunningServer.Ids(await _server.SearchAsync(new { tokens = new { recipe = 2, apple = 1.5 } }))[0], Is.EqualTo("cake"));

    [Test]
    public async Task Least_score_cuts_the_list()
    {
        JsonElement all = await _server.SearchAsync(new { query = "old cars", mode = "sparse" });
        double second = all.GetProperty("hits")[1].GetProperty("score").GetDouble();
        Assert.That(RunningServer.Ids(await _server.SearchAsync(new { query = "old cars", mode = "sparse", minScore = second })), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task Misspelt_word_gets_a_likelier_spelling()
    {
        JsonElement suggestion = (await _server.SearchAsync(new { query = "recipee", spelling = true })).GetProperty("suggestions")[0];
        Assert.That(suggestion.GetProperty("replacement").GetString(), Is.EqualTo("recipe"));
    }

    [Test]
    public async Task Stop_words_alone_find_nothing_and_the_answer_says_why()
    {
        JsonElement answer = await _server.SearchAsync(new { query = "the", mode = "bm25" });
        Assert.That(RunningServer.Ids(answer), Is.Empty);
        Assert.That(answer.GetProperty("warnings")[0].GetString(), Does.Contain("stop words"));
    }

    [Test]
    public async Task Address_asks_for_the_same_as_a_body()
    {
        JsonElement byAddress = await _server.JsonAsync("/api/indexes/docs/search?q=repair&mode=bm25&facet=lang&facet=year&sort=-year&filter=year%20%3E%202000&k=3&explain=true");
        JsonElement byBody = await _server.SearchAsync(new { query = "repair", mode = "bm25", facets = new[] { "lang", "year" }, sort = new[] { "-year" }, filter = "year > 2000", k = 3, explain = true });
        Assert.That(byAddress.GetProperty("hits").ToString(), Is.EqualTo(byBody.GetProperty("hits").ToString()));
        Assert.That(byAddress.GetProperty("facets").ToString(), Is.EqualTo(byBody.GetProperty("facets").ToString()));
    }

    [Test]
    public async Task Rule_is_set_followed_recorded_and_taken_away()
    {
        using HttpResponseMessage set = await _server.Client.PutAsJsonAsync("/api/indexes/docs/rules/r1?by=ann", new { action = "block", document = "cake" });
        Assert.That(set.StatusCode, Is.EqualTo(HttpStatusCode.OK), await set.Content.ReadAsStringAsync());
        Assert.That(RunningServer.Ids(await _server.SearchAsync(new { query = "apple cakes" })), Does.Not.Contain("cake"));
        Assert.That(RunningServer.Ids(await _server.SearchAsync(new { query = "apple cakes", withoutRules = true })), Does.Contain("cake"));
        using HttpResponseMessage gone = await _server.Client.DeleteAsync("/api/indexes/docs/rules/r1?by=bob");
        Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(RunningServer.Ids(await _server.SearchAsync(new { query = "apple cakes" })), Does.Contain("cake"));
        Assert.That((await _server.JsonAsync("/api/indexes/docs/rules/log")).EnumerateArray().Select(change => change.GetProperty("by").GetString()), Is.EqualTo(new[] { "ann", "bob" }));
    }

    [Test]
    public async Task Refused_rule_or_document_harms_nothing_that_follows()
    {
        using HttpResponseMessage rule = await _server.Client.PutAsJsonAsync("/api/indexes/docs/rules/bad", new { action = "boost", term = "car", factor = -1 });
        Assert.That(rule.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        using HttpResponseMessage document = await _server.BulkAsync("{\"id\":\"bad\",\"text\":\"x\",\"year\":\"none\"}");
        Assert.That(document.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await document.Content.ReadAsStringAsync(), Does.Contain("year").And.Contain("none"));
        using HttpResponseMessage good = await _server.BulkAsync("{\"id\":\"good\",\"text\":\"x\"}\n{\"delete\":\"good\"}");
        Assert.That(good.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _server.Client.GetAsync("/ready")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("{\"query\":\"x\",\"mode\":\"dense\"}", "mode 'dense'.*hybrid or sparse or bm25")]
    [TestCase("{\"query\":\"x\",\"encoder\":\"mini\"}", "encoder 'mini'.*full or idf")]
    [TestCase("{\"query\":\"x\",\"fusion\":{\"method\":\"magic\"}}", "fusion method 'magic'.*rrf")]
    [TestCase("{\"query\":\"x\",\"fusion\":{\"weights\":{\"dense\":1}}}", "leg 'dense'.*bm25, sparse")]
    [TestCase("{\"query\":\"x\",\"fusion\":{\"feedback\":3}}", "feedback.*from 0 to 1.*3")]
    [TestCase("{\"query\":\"x\",\"filter\":\"a/b = 1\"}", "a/b.*lang, year")]
    [TestCase("{\"query\":\"x\",\"filter\":\"year = (\"}", "Filter")]
    [TestCase("{\"query\":\"x\",\"facets\":[\"no\"]}", "'no'.*lang, year")]
    [TestCase("{\"query\":\"x\",\"sort\":[\"no\"]}", "'no'.*year")]
    [TestCase("{\"query\":\"x\",\"syntax\":\"sql\"}", "syntax 'sql'")]
    [TestCase("{\"query\":\"/[ab]*a[ab]{40}/\",\"syntax\":\"lucene\"}", "regular expressions")]
    [TestCase("{\"query\":\"*a????????????????????????????\",\"syntax\":\"lucene\"}", "both \\* and \\?")]
    [TestCase("{\"query\":\"(x\",\"syntax\":\"lucene\"}", "syntax")]
    [TestCase("{\"query\":\"x\",\"k\":101,\"explain\":true}", "101.*100")]
    [TestCase("{\"query\":\"x\",\"from\":995}", "995.*1000")]
    [TestCase("{\"query\":\"x\",\"edits\":{\"x\":101}}", "factor.*100")]
    [TestCase("{\"query\":\"x\",\"passageLength\":3}", "passageLength = 3")]
    [TestCase("{\"query\":\"x\",\"k\":\"ten\"}", "body's k")]
    [TestCase("{\"query\":\"  \"}", "2 characters")]
    [TestCase("{\"tokens\":{\"car\":1},\"mode\":\"bm25\"}", "0 characters")]
    public async Task Wrong_request_gets_one_sentence_with_the_place_and_what_to_do(string body, string pattern)
    {
        string sentence = await _server.RefusedAsync("/api/indexes/docs/search", JsonElement.Parse(body));
        Assert.That(sentence, Does.Match(pattern).And.EndWith("."));
    }
}
