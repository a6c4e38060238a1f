using Sparse.LuceneNet.Tests.Facade;

namespace Sparse.LuceneNet.Tests.Searching;

[TestFixture]
internal sealed class FilterTests : Library
{
    [TestCase("lang = en", "a b d")]
    [TestCase("lang != en", "c e")]
    [TestCase("lang in (de, fr)", "c")]
    [TestCase("not lang = *", "e")]
    [TestCase("tags = net", "a b")]
    [TestCase("tags = net and tags = unix", "a")]
    [TestCase("tags = n* or tags = \"sea\"", "a b c")]
    [TestCase("tags = \"n*\"", "")]
    [TestCase("price >= 9.5", "a c d")]
    [TestCase("price > 9.5 AND price < 1000", "d")]
    [TestCase("price = 1000 or price = -3.0", "b c")]
    [TestCase("price in (25, 9.5)", "a d")]
    [TestCase("price = *", "a b c d")]
    [TestCase("published = 2020", "b c")]
    [TestCase("published >= 2020-01-01", "b c d")]
    [TestCase("published > 2020", "d")]
    [TestCase("published < 2020", "a")]
    [TestCase("published <= 2020-05", "a b c")]
    [TestCase("published = 2020-05-17T06:30:00Z", "c")]
    [TestCase("published = \"2020-05-17 06:30\"", "c")]
    [TestCase("id in (b, e, nowhere)", "b e")]
    [TestCase("lang = de or price > 9 and tags = drink", "c d")]
    [TestCase("(lang = de or price > 9) and not (tags = drink)", "a c")]
    [TestCase("NOT NOT not lang=de", "a b d e")]
    public void An_expression_lets_through_what_it_says(string filter, string expected)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = NewLibrary(encoder);
        foreach (SearchMode mode in Enum.GetValues<SearchMode>())
        {
            SearchResult result = index.Search("a port from is", 10, new SearchOptions { Mode = mode, Filter = filter });
            Assert.That(Ids(result).Order(), Is.EqualTo(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries)), mode.ToString());
        }

        SearchResult all = index.Search("port", 10, new SearchOptions { Mode = SearchMode.Bm25 });
        SearchResult some = index.Search("port", 10, new SearchOptions { Mode = SearchMode.Bm25, Filter = filter });
        Assert.That(some.Hits.Select(hit => (hit.Id, hit.Score)), Is.EqualTo(all.Hits.Where(hit => expected.Contains(hit.Id, StringComparison.Ordinal)).Select(hit => (hit.Id, hit.Score))), "a filter moves no score");
    }

    [TestCase("year >= 2020", "year", "lang, tags, price, published")]
    [TestCase("shelf = B2", "shelf", "lang, tags")]
    [TestCase("summary = resets", "summary", "lang")]
    [TestCase("price >> 2", "character 8", "expected a value")]
    [TestCase("price = cheap", "cheap", "no number")]
    [TestCase("price = NaN", "NaN", "no number")]
    [TestCase("published = yesterday", "yesterday", "no date")]
    [TestCase("published = 2020-13", "2020-13", "no date")]
    [TestCase("lang > en", "lang", "keyword field")]
    [TestCase("lang", "its end", "expected =")]
    [TestCase("lang = ", "its end", "expected a value")]
    [TestCase("lang = en price = 2", "'price'", "'and', 'or'")]
    [TestCase("(lang = en", "its end", "')'")]
    [TestCase("lang = en)", "')'", "'and', 'or'")]
    [TestCase("lang in en", "'en'", "'('")]
    [TestCase("lang = \"en", "character 8", "not closed")]
    [TestCase("= 2", "character 1", "expected a field")]
    [TestCase(" ", "empty", "leave it out")]
    public void A_wrong_expression_is_one_sentence_that_says_where(string filter, string place, string problem)
    {
        using SparseIndex index = NewLibrary();
        Assert.That(() => index.Search("port", 10, new SearchOptions { Filter = filter }),
            Throws.ArgumentException.With.Message.Contains(place).And.Message.Contains(problem).And.Message.Not.Contains("\n"));
    }

    [Test]
    public void Any_depth_and_any_length_is_an_answer_or_a_sentence()
    {
        using SparseIndex index = NewLibrary();
        string deep = new string('(', 100_000) + "lang = en" + new string(')', 100_000);
        Assert.That(() => index.Search("port", 10, new SearchOptions { Filter = deep }), Throws.ArgumentException.With.Message.Contains("deep"));
        string manyNots = string.Concat(Enumerable.Repeat("not ", 50_000)) + "lang = de";
        Assert.That(Ids(index.Search("port", 10, new SearchOptions { Filter = manyNots })), Is.EqualTo(new[] { "c" }));
        string many = $"id in ({string.Join(", ", Enumerable.Range(0, 5_000))}, a)";
        Assert.That(Ids(index.Search("port", 10, new SearchOptions { Filter = many })), Is.EqualTo(new[] { "a" }));
        var random = new Random(7);
        string[] parts = ["lang", "price", "published", "=", "!=", ">", "(", ")", "in", "and", "or", "not", "2020", "\"", "x*", "*", ",", "'", "\\", "\0", "\ud83d", "é", " "];
        for (int i = 0; i < 5_000; i++)
        {
            string filter = string.Join(random.Next(2) == 0 ? " " : "", Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)]));
            try
            {
                index.Search("port", 10, new SearchOptions { Filter = filter });
            }
            catch (ArgumentException e)
            {
                Assert.That(e.Message, Does.EndWith(".").Or.EndWith(")"), filter);
            }
        }
    }

    [Test]
    public void Hits_are_sorted_by_fields_and_those_without_a_value_come_last()
    {
        using SparseIndex index = NewLibrary();
        Assert.That(Sorted(new SortKey("price")), Is.EqualTo("b a d c e"));
        Assert.That(Sorted(new SortKey("price", true)), Is.EqualTo("c d a b e"));
        Assert.That(Sorted(new SortKey("published", true)), Is.EqualTo("d c b a e"));
        Assert.That(Sorted(new SortKey("lang"), new SortKey("published", true)), Is.EqualTo("c d b a e"));
        Assert.That(Sorted(new SortKey("tags")), Is.EqualTo("d a b c e"), "the smallest of several");
        Assert.That(Sorted(new SortKey("tags", true)), Is.EqualTo("c a b d e"));
        SearchResult byScore = index.Search("port", 10, new SearchOptions { Sort = [SortKey.Score] });
        Assert.That(byScore.Hits.Select(hit => (hit.Id, hit.Score)), Is.EqualTo(index.Search("port").Hits.Select(hit => (hit.Id, hit.Score))));
        Assert.That(byScore.Matches, Is.EqualTo(5));
        Assert.That(() => Sorted(new SortKey("shelf")), Throws.ArgumentException.With.Message.Contains("score, lang, tags"));
        Assert.That(Ids(index.Search("port", 2, new SearchOptions { Sort = [new("price")] })), Is.EqualTo(new[] { "b", "a" }));

        string Sorted(params SortKey[] keys) => string.Join(' ', Ids(index.Search("port", 10, new SearchOptions { Sort = keys })));
    }

    [Test]
    public void Facets_count_every_match_whatever_the_page_shows()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = NewLibrary(encoder);
        foreach (SearchMode mode in (SearchMode[])[SearchMode.Sparse, SearchMode.Bm25])
        {
            SearchResult result = index.Search("port", 1, new SearchOptions { Mode = mode, Facets = ["lang", "tags", "published", "price"] });
            Assert.That(result.Hits, Has.Count.EqualTo(1));
            Assert.That(result.Matches, Is.EqualTo(5));
            Assert.That(result.Facets.Keys, Is.EqualTo(new[] { "lang", "tags", "published", "price" }));
        }

        SearchResult words = index.Search("port", 1, new SearchOptions { Mode = SearchMode.Bm25, Facets = ["lang", "tags", "published", "price"], FacetValues = 3 });
        Assert.That(words.Facets["lang"], Is.EqualTo(new FacetCount[] { new("en", 3), new("de", 1) }));
        Assert.That(words.Facets["tags"], Is.EqualTo(new FacetCount[] { new("net", 2), new("drink", 1), new("sea", 1) }));
        Assert.That(words.Facets["published"], Is.EqualTo(new FacetCount[] { new("2020", 2), new("2019", 1), new("2021", 1) }));
        Assert.That(words.Facets["price"].Select(count => count.Value), Is.EqualTo(new[] { "-3", "1000", "25" }));
        SearchResult filtered = index.Search("port", 1, new SearchOptions { Mode = SearchMode.Bm25, Facets = ["lang"], Filter = "tags = net" });
        Assert.That(filtered.Facets["lang"], Is.EqualTo(new FacetCount[] { new("en", 2) }));
        Assert.That(() => index.Search("port", 1, new SearchOptions { Facets = ["id"] }), Throws.ArgumentException.With.Message.Contains("'id'"));
    }

    [Test]
    public void The_least_score_holds_for_hits_and_facets([Values(SearchMode.Sparse, SearchMode.Bm25)] SearchMode mode)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = NewLibrary(encoder);
        SearchResult all = index.Search("a port is open", 10, new SearchOptions { Mode = mode, Facets = ["lang"] });
        double third = all.Hits[2].Score;
        SearchResult best = index.Search("a port is open", 10, new SearchOptions { Mode = mode, MinScore = third, Facets = ["lang"] });
        int expected = all.Hits.Count(hit => hit.Score >= third);
        Assert.That(all.Hits, Has.Count.GreaterThan(expected));
        Assert.That(best.Hits.Select(hit => hit.Id), Is.EqualTo(all.Hits.Take(expected).Select(hit => hit.Id)));
        Assert.That(best.Matches, Is.EqualTo(expected));
        Assert.That(Ids(index.Search("a port is open", 10, new SearchOptions { Mode = mode, MinScore = third, Sort = [SortKey.Score] })), Is.EqualTo(Ids(best)));
        Assert.That(Ids(index.Search("a port is open", 10, new SearchOptions { Mode = mode, MinScore = 1e9 })), Is.Empty);
    }

    [Test]
    public void The_index_remembers_its_fields_and_language()
    {
        NewLibrary().Dispose();
        using (SparseIndex again = SparseIndex.Open(IndexPath, null, new SparseIndexOptions { Fields = [new("year", FieldKind.Number)] }))
        {
            Assert.That(again.Fields, Has.Count.EqualTo(6));
            again.Add(new SparseDocument("f", "port f") { Fields = { ["year"] = "1999", ["lang"] = "fr" } });
            again.Commit();
            Assert.That(Ids(again.Search("port", 10, new SearchOptions { Filter = "year < 2000 and lang = fr" })), Is.EqualTo(new[] { "f" }));
        }

        using SparseIndex reader = SparseIndex.OpenReadOnly(IndexPath);
        Assert.That(reader.Fields, Has.Member(new IndexField("year", FieldKind.Number)));
        Assert.That(reader.Language, Is.EqualTo("en"));
        Assert.That(() => SparseIndex.OpenReadOnly(IndexPath, null, new SparseIndexOptions { Fields = [new("lang", FieldKind.Number)] }).Dispose(), Throws.TypeOf<InvalidDataException>().With.Message.Contains("keyword field"));
        Assert.That(() => SparseIndex.OpenReadOnly(IndexPath, null, new SparseIndexOptions { Language = "de" }).Dispose(), Throws.TypeOf<InvalidDataException>().With.Message.Contains("'en'"));
    }

    [TestCase("price", "12 EUR", "a number was expected")]
    [TestCase("price", "1e999", "a number was expected")]
    [TestCase("published", "24.11.2026", "a date such as")]
    public void A_value_that_does_not_fit_its_field_is_refused_by_document_field_and_value(string field, string value, string problem)
    {
        using SparseIndex index = NewLibrary();
        var document = new SparseDocument("odd", "text") { Fields = { [field] = value } };
        Assert.That(() => index.Add([Doc("fine", "x"), document]), Throws.ArgumentException.With.Message.Contains("'odd'").And.Message.Contains(value).And.Message.Contains(problem));
        index.Commit();
        Assert.That(index.Get("fine"), Is.Null, "none of the list");
    }

    [TestCase("title")]
    [TestCase("and")]
    [TestCase("a b")]
    [TestCase("1st")]
    [TestCase("")]
    public void A_field_has_a_name_that_a_filter_can_say(string name) =>
        Assert.That(() => SparseIndex.Create(IndexPath, null, new SparseIndexOptions { Fields = [new(name, FieldKind.Keyword)] }).Dispose(), Throws.ArgumentException.With.Message.Contains($"'{name}'"));
}
