using Sparse.LuceneNet.Tests.Facade;

namespace Sparse.LuceneNet.Tests.Searching;

[TestFixture]
internal sealed class WordSearchTests : Library
{
    private static readonly SearchOptions Operators = new() { Mode = SearchMode.Bm25, Syntax = QuerySyntax.Lucene };

    [TestCase("port -wine", "a b c e")]
    [TestCase("\"closed port\"", "b")]
    [TestCase("\"port closed\"", "")]
    [TestCase("\"port open\"~3", "a")]
    [TestCase("+port +glass", "d")]
    [TestCase("port AND (wine OR firewall)", "b d")]
    [TestCase("fire*", "b")]
    [TestCase("wi?e", "d")]
    [TestCase("firewal~1", "b")]
    [TestCase("title:ports", "a b")]
    [TestCase("title:\"open ports\"", "a")]
    [TestCase("summary:port", "d")]
    [TestCase("port lang:de -tags:sea", "a b d e")]
    [TestCase("+port +lang:de", "c")]
    [TestCase("+port +price:[9.5 TO 1000}", "a d")]
    [TestCase("+port +published:[2020 TO 2020]", "b c")]
    [TestCase("+port +published:{2020 TO *]", "d")]
    [TestCase("+port +price:25", "d")]
    [TestCase("id:e", "e")]
    public void Lucenes_syntax_is_understood_over_all_fields(string query, string expected)
    {
        using SparseIndex index = NewLibrary();
        Assert.That(Ids(index.Search(query, 10, Operators)).Order(), Is.EqualTo(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [TestCase("port (", "not Lucene's query syntax")]
    [TestCase("\"open port", "not Lucene's query syntax")]
    [TestCase("shop:port", "'shop'")]
    [TestCase("price:cheap", "no number")]
    [TestCase("-port", "only says what not to find")]
    [TestCase("the of", "no word")]
    [TestCase("*port", "not Lucene's query syntax")]
    [TestCase("/[/", "regular")]
    public void Wrong_syntax_is_one_sentence(string query, string sentence)
    {
        using SparseIndex index = NewLibrary();
        Assert.That(() => index.Search(query, 10, Operators), Throws.ArgumentException.With.Message.Contains(sentence).IgnoreCase.And.Message.Not.Contains("\n"));
    }

    [Test]
    public void Sparse_search_says_that_it_takes_plain_text()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = NewLibrary(encoder);
        Assert.That(() => index.Search("port -wine", 10, Operators with { Mode = SearchMode.Sparse }), Throws.ArgumentException.With.Message.Contains("plain"));
    }

    [Test]
    public void A_word_of_a_boosted_field_counts_so_many_times_more()
    {
        using SparseIndex index = NewLibrary();
        SearchResult text = index.Search("ports", 10, new SearchOptions());
        SearchResult title = index.Search("ports", 10, new SearchOptions { FieldBoosts = new Dictionary<string, float> { ["title"] = 1 } });
        SearchResult both = index.Search("ports", 10, new SearchOptions { FieldBoosts = new Dictionary<string, float> { ["text"] = 1, ["title"] = 3 } });
        Assert.That(Ids(title), Is.EquivalentTo(new[] { "a", "b" }));
        foreach (SearchHit hit in both.Hits)
        {
            double expected = text.Hits.Single(other => other.Id == hit.Id).Score + (3 * (title.Hits.SingleOrDefault(other => other.Id == hit.Id)?.Score ?? 0));
            Assert.That(hit.Score, Is.EqualTo(expected).Within(1e-6));
        }

        Assert.That(() => index.Search("x", 1, new SearchOptions { FieldBoosts = new Dictionary<string, float> { ["lang"] = 1 } }), Throws.ArgumentException.With.Message.Contains("text, title, summary"));
        Assert.That(() => index.Search("x", 1, new SearchOptions { FieldBoosts = new Dictionary<string, float> { ["text"] = -1 } }), Throws.ArgumentException.With.Message.Contains("-1"));
        Assert.That(Ids(index.Search("resets", 10, Operators with { FieldBoosts = new Dictionary<string, float> { ["summary"] = 1, ["title"] = 1 } })), Is.EqualTo(new[] { "b" }));
    }

    /// <summary>Must hold: to the last bit, as far as floats go out of the search.</summary>
    [Test]
    public void Filtered_statistics_score_as_an_index_of_the_admitted_documents_alone()
    {
        string[] words = ["port", "open", "closed", "wine", "glass", "ship", "sea", "program", "listens", "firewall"];
        var random = new Random(20_261_124);
        List<SparseDocument> documents = [.. Enumerable.Range(0, 300).Select(i => new SparseDocument($"d{i}", string.Join(' ', Enumerable.Range(0, random.Next(1, 40)).Select(_ => words[random.Next(random.Next(1, words.Length + 1))])))
        {
            Title = random.Next(2) == 0 ? null : words[random.Next(words.Length)],
            Fields = { ["price"] = $"{random.Next(10)}", ["lang"] = random.Next(3) == 0 ? "de" : "en" },
        })];
        using SparseIndex whole = SparseIndex.Create(IndexPath, null, new SparseIndexOptions { Fields = Fields });
        foreach (SparseDocument[] some in documents.Chunk(70))
        {
            whole.Add(some);
            whole.Commit();
        }

        HashSet<string> deleted = [.. documents.Where(_ => random.Next(4) == 0).Select(document => document.Id)];
        whole.Delete([.. deleted]);
        whole.Commit();
        (string? Filter, Func<SparseDocument, bool> Admits)[] filters =
        [
            (null, _ => true),
            ("lang = de", document => document.Fields["lang"] == "de"),
            ("price > 3 and price <= 7", document => int.Parse(document.Fields["price"], System.Globalization.CultureInfo.InvariantCulture) is > 3 and <= 7),
        ];
        foreach ((string? filter, Func<SparseDocument, bool> admits) in filters)
        {
            using SparseIndex alone = SparseIndex.Create(PathOf($"alone-{filter?.Length}"), null, new SparseIndexOptions { Fields = Fields });
            alone.Add([.. documents.Where(document => !deleted.Contains(document.Id) && admits(document))]);
            alone.Commit();
            foreach (string query in new[] { "port", "wine glass", "open closed sea", "\"open port\" -wine", "ship firewall program listens port" })
            {
                var options = new SearchOptions { Syntax = QuerySyntax.Lucene, Filter = filter, FilteredStatistics = true, FieldBoosts = new Dictionary<string, float> { ["text"] = 1, ["title"] = 2 } };
                SearchResult admitted = whole.Search(query, 300, options);
                SearchResult expected = alone.Search(query, 300, options with { Filter = null, FilteredStatistics = false });
                Assert.That(admitted.Hits.Select(hit => (hit.Id, hit.Score)), Is.EqualTo(expected.Hits.Select(hit => (hit.Id, hit.Score))), $"{filter}: {query}");
                Assert.That(expected.Hits, Is.Not.Empty);
            }

            Assert.That(whole.Search("port wine", 300, new SearchOptions { Filter = filter }).Hits.Select(hit => hit.Score), Is.Not.EqualTo(whole.Search("port wine", 300, new SearchOptions { Filter = filter, FilteredStatistics = true }).Hits.Select(hit => hit.Score)));
        }
    }

    [TestCase("firewaal", "firewall")]
    [TestCase("Portugall", "portugal")]
    [TestCase("progrma", "program")]
    [TestCase("the portt and xyzzyx", "port")]
    public void A_misspelt_word_is_offered_as_the_texts_write_it(string query, string replacement)
    {
        using SparseIndex index = NewLibrary();
        SearchResult result = index.Search(query, 10, new SearchOptions { SuggestSpelling = true });
        Assert.That(result.Suggestions.Select(suggestion => suggestion.Replacement), Is.EqualTo(new[] { replacement }));
        Assert.That(query.Substring(result.Suggestions[0].Start, result.Suggestions[0].Word.Length), Is.EqualTo(result.Suggestions[0].Word));
        Assert.That(result.Suggestions[0].Documents, Is.GreaterThan(0));
        Assert.That(index.Search("port listens", 10, new SearchOptions { SuggestSpelling = true }).Suggestions, Is.Empty);
        Assert.That(index.Search(query, 10).Suggestions, Is.Empty);
    }

    [Test]
    public void More_like_this_finds_neighbours_within_a_filter_and_not_the_document_itself([Values] SearchMode mode)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = NewLibrary(encoder);
        SearchResult like = index.MoreLikeThis("a", 10, new SearchOptions { Mode = mode });
        Assert.That(Ids(like), Has.No.Member("a").And.Member("b"));
        Assert.That(Ids(index.MoreLikeThis("a", 10, new SearchOptions { Mode = mode, Filter = "published >= 2021" })), Is.EqualTo(new[] { "d" }));
        Assert.That(() => index.MoreLikeThis("nowhere"), Throws.ArgumentException.With.Message.Contains("'nowhere'"));
    }

    [TestCase("de", "Die Häuser stehen am Hafen", "Haus")]
    [TestCase("fr", "Les chevaux mangent", "cheval")]
    [TestCase("ru", "Книги лежат на столе", "книга")]
    [TestCase("zh", "北京大学在北京", "大学")]
    public void The_words_of_an_index_are_read_in_its_language(string language, string text, string query)
    {
        using SparseIndex index = SparseIndex.Create(IndexPath, null, new SparseIndexOptions { Language = language });
        index.Add([Doc("hit", text), Doc("other", "xyz")]);
        index.Commit();
        Assert.That(Ids(index.Search(query)), Is.EqualTo(new[] { "hit" }));
        index.Dispose();
        using SparseIndex again = SparseIndex.OpenReadOnly(IndexPath);
        Assert.That(again.Language, Is.EqualTo(language));
        Assert.That(Ids(again.Search(query)), Is.EqualTo(new[] { "hit" }));
    }

    [Test]
    public void An_unknown_language_is_refused_with_those_there_are() =>
        Assert.That(() => SparseIndex.Create(IndexPath, null, new SparseIndexOptions { Language = "klingon" }).Dispose(), Throws.ArgumentException.With.Message.Contains("klingon").And.Message.Contains("de, el, en, es"));
}
