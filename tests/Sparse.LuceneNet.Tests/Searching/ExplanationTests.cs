using System.Text.Json;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet.Tests.Facade;

namespace Sparse.LuceneNet.Tests.Searching;

/// <summary>Why a hit is one, with the built-in model.</summary>
[TestFixture]
internal sealed class ExplanationTests : IndexFixture
{
    private static readonly SpladeEncoder Model = SpladeEncoder.BuiltIn(new SpladeEncoderOptions { Threads = 1 });
    private static readonly SearchOptions Why = new() { Explain = true, Highlight = true };

    [OneTimeTearDown]
    public void Close() => Model.Dispose();

    private SparseIndex NewGarage()
    {
        SparseIndex index = SparseIndex.Create(IndexPath, Model);
        index.Add(
        [
            new SparseDocument("garage", "We are open all day. Our mechanics mend cars of any make. Coffee is free.") { Title = "Smith's garage" },
            new SparseDocument("bakery", "Fresh bread every morning. We also repair ovens.") { Title = "Bakery" },
            new SparseDocument("long", string.Concat(Enumerable.Repeat("Nothing of interest is said here. ", 12)) + "An automobile needs a good mechanic. " + string.Concat(Enumerable.Repeat("And more of nothing. ", 12))),
        ]);
        index.Commit();
        return index;
    }

    [Test]
    public void Points_of_the_terms_sum_to_the_score_exactly()
    {
        using SparseIndex index = NewGarage();
        foreach (string query in new[] { "car repair", "automobile mechanic near me", "bread", "interest" })
        {
            SearchResult result = index.Search(query, 10, Why);
            Assert.That(result.Hits, Is.Not.Empty);
            foreach (SearchHit hit in result.Hits)
            {
                HitExplanation why = hit.Explanation!;
                Assert.That(why.Terms.Sum(term => term.Points), Is.EqualTo(why.Points));
                Assert.That(why.Terms.All(term => term.Points == term.QueryWeight * term.Impact && term.Score == Math.ScaleB(term.Points, why.Exponent)));
                Assert.That(Math.ScaleB(why.Points, why.Exponent), Is.EqualTo(hit.Score), "to the last bit");
                Assert.That(why.Terms.Sum(term => term.Share), Is.EqualTo(1).Within(1e-9));
                Assert.That(why.Terms.Select(term => term.Points), Is.Ordered.Descending);
            }
        }
    }

    [Test]
    public void An_expansion_names_the_words_of_query_and_document_that_brought_it()
    {
        using SparseIndex index = NewGarage();
        SearchHit garage = index.Search("automobile", 1, Why).Hits[0];
        Assert.That(garage.Id, Is.AnyOf("garage", "long"));
        SearchHit hit = index.Search("automobile", 3, Why).Hits.Single(hit => hit.Id == "garage");
        MatchedTerm car = hit.Explanation!.Terms.Single(term => term.Term == "car");
        Assert.That(car.IsExact, Is.False);
        Assert.That(car.InQuery!.Word, Is.EqualTo("automobile"));
        Assert.That(car.InDocument!.Word, Is.EqualTo("cars"));
        Assert.That(hit.Text[car.InDocument.Start..car.InDocument.End], Is.EqualTo("cars"));
        Assert.That(car.InDocument.Sentence, Is.EqualTo(2));
        MatchedTerm exact = index.Search("mechanics", 3, Why).Hits.Single(hit => hit.Id == "garage").Explanation!.Terms.Single(term => term.Term == "mechanics");
        Assert.That(exact.IsExact, Is.True);
    }

    /// <summary>Must hold: on the golden texts of the model, whose source positions the encoder's own tests compare with the reference.</summary>
    [Test]
    public void Source_words_are_those_of_the_position_that_won_the_pooling()
    {
        string folder = Path.Combine(Collection("../models/splade-tiny"));
        using SpladeEncoder reference = SpladeEncoder.FromFolder(folder, new SpladeEncoderOptions { MaxTokens = 512 });
        using SparseIndex index = SparseIndex.Create(IndexPath, reference);
        (string Text, Dictionary<int, int> Positions)[] golden = [.. File.ReadLines(Path.Combine(folder, "golden.jsonl")).Select(Read)];
        index.Add([.. golden.Select((text, i) => Doc($"g{i}", text.Text))]);
        index.Commit();
        int compared = 0, others = 0;
        for (int i = 0; i < golden.Length; i++)
        {
            if (golden[i].Positions.Count == 0 || string.IsNullOrWhiteSpace(golden[i].Text))
            {
                continue;
            }

            SearchHit? hit = index.Search(golden[i].Text, 1, Why with { Filter = $"id = g{i}" }).Hits.SingleOrDefault();
            foreach (MatchedTerm term in hit?.Explanation!.Terms ?? [])
            {
                if (reference.Vocabulary.TryGetId(term.Term, out int id) && golden[i].Positions.TryGetValue(id, out int position))
                {
                    compared++;
                    others += term.InDocument!.Position == position && term.InQuery!.Position == position ? 0 : 1;
                }
            }
        }

        TestContext.Out.WriteLine($"{compared} source positions of {golden.Length} texts compared, {others} differ (ties of the two best logits within float noise)");
        Assert.That(golden, Has.Length.EqualTo(142));
        Assert.That(compared, Is.GreaterThan(1_500));
        Assert.That(others, Is.LessThanOrEqualTo(compared / 500));

        static (string, Dictionary<int, int>) Read(string line)
        {
            using var json = JsonDocument.Parse(line);
            return (json.RootElement.GetProperty("text").GetString()!,
                json.RootElement.GetProperty("source_position").EnumerateObject().ToDictionary(term => int.Parse(term.Name, System.Globalization.CultureInfo.InvariantCulture), term => term.Value.GetInt32()));
        }
    }

    [Test]
    public void The_passage_is_the_one_that_explains_the_score_and_its_words_are_marked()
    {
        using SparseIndex index = NewGarage();
        HitHighlight highlight = index.Search("car mechanic", 3, Why with { PassageLength = 80 }).Hits.Single(hit => hit.Id == "long").Highlight!;
        Assert.That(highlight.Passage, Does.Contain("automobile").And.Contain("mechanic"));
        Assert.That(highlight.Passage, Has.Length.LessThanOrEqualTo(80));
        Assert.That(index.Get("long")!.Text.AsSpan(highlight.Start, highlight.Passage.Length).ToString(), Is.EqualTo(highlight.Passage));
        string[] marked = [.. highlight.Spans.Select(span => highlight.Passage[span.Start..span.End])];
        Assert.That(marked, Has.Member("automobile").And.Member("mechanic"));
        Assert.That(highlight.Spans.Zip(highlight.Spans.Skip(1)).All(pair => pair.First.End <= pair.Second.Start), "ascending and apart");
        SearchHit title = index.Search("garage", 3, Why).Hits.Single(hit => hit.Id == "garage");
        Assert.That(title.Highlight!.TitleSpans.Select(span => title.Title![span.Start..span.End]), Has.Member("garage"));
    }

    [Test]
    public void Hits_by_words_are_explained_word_by_word()
    {
        using SparseIndex index = NewGarage();
        foreach (SearchOptions options in new[] { Why with { Mode = SearchMode.Bm25 }, Why with { Mode = SearchMode.Bm25, FilteredStatistics = true, Filter = "not id = long" } })
        {
            SearchHit hit = index.Search("we repair bread bread", 3, options).Hits[0];
            Assert.That(hit.Explanation!.Terms.Select(term => term.Term), Is.EqualTo(new[] { "bread", "repair", "we" }));
            Assert.That(hit.Explanation.Terms.Sum(term => term.Score), Is.EqualTo(hit.Score).Within(1e-5));
            Assert.That(hit.Explanation.Terms[1].InDocument, Is.EqualTo(new WordSource("repair", 35, 41, -1, 2)));
            Assert.That(hit.Highlight!.Spans.Select(span => hit.Highlight.Passage[span.Start..span.End]), Is.EqualTo(new[] { "bread", "We", "repair" }));
        }

        SearchHit phrase = index.Search("\"fresh bread\" ov* -garage", 3, Why with { Mode = SearchMode.Bm25, Syntax = QuerySyntax.Lucene }).Hits.Single();
        Assert.That(phrase.Explanation!.Terms.Select(term => term.Term), Is.EquivalentTo(new[] { "\"fresh bread\"", "ov*" }));
        Assert.That(phrase.Highlight!.Spans.Select(span => phrase.Highlight.Passage[span.Start..span.End]), Is.EqualTo(new[] { "Fresh", "bread", "ovens" }));
    }

    [Test]
    public void Queries_without_a_model_are_explained_by_their_own_words()
    {
        using SparseIndex index = NewGarage();
        using InferenceFreeEncoder table = InferenceFreeEncoder.BuiltIn();
        SearchHit hit = index.Search("car", 3, Why with { QueryEncoder = table }).Hits.First(hit => hit.Id == "garage");
        Assert.That(hit.Explanation!.Terms.Single().InQuery!.Word, Is.EqualTo("car"));
        Assert.That(hit.Explanation.Terms.Single().InDocument!.Word, Is.EqualTo("cars"), "the index's own encoder knows where the expansion came from");
    }

    [Test]
    public void An_encoder_that_does_not_tell_still_explains_in_points()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add(Doc("a", "open port"));
        index.Commit();
        SearchHit hit = index.Search("port", 1, Why).Hits[0];
        Assert.That(hit.Explanation!.Terms.Single().InQuery, Is.Null);
        Assert.That(Math.ScaleB(hit.Explanation.Points, hit.Explanation.Exponent), Is.EqualTo(hit.Score));
        Assert.That(hit.Highlight!.Passage, Is.EqualTo("open port"));
    }

    [Test]
    public void A_query_in_another_language_is_answered_with_a_warning()
    {
        using SparseIndex index = NewGarage();
        Assert.That(index.Search("wo ist die nächste Werkstatt für das Auto").Warnings.Single(), Does.Contain("German").And.Contain("English"));
        Assert.That(index.Search("where is the next garage").Warnings, Is.Empty);
        index.Add([Doc("de", "Wir sind an jedem Tag offen und der Kaffee ist immer frei."), Doc("en", "We are open on every day and the coffee is free.")]);
        Assert.That(index.TextsInOtherLanguages, Is.EqualTo(1));
    }
}
