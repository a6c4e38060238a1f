using Sparse.Encoders.Splade;
using Sparse.LuceneNet.Tests.Facade;

namespace Sparse.LuceneNet.Tests.Hybrid;

/// <summary>Words that the vocabulary breaks to pieces, in the built-in model's hybrid search.</summary>
[TestFixture]
internal sealed class RoutingTests : IndexFixture
{
    private const string Code = "0x80070070";
    private static readonly SearchOptions Hybrid = new() { Mode = SearchMode.Hybrid };
    private static readonly SearchOptions Unrouted = Hybrid with { Fusion = new() { Routing = false } };

    [Test]
    public void Rare_word_of_many_pieces_gives_its_weight_to_the_words_and_the_result_says_so()
    {
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
        using SparseIndex index = NewIndex(encoder);
        SearchResult alone = index.Search(Code, 10, Hybrid);
        RoutedWord routed = alone.Routed.Single();
        Assert.That((routed.Word, routed.Documents, routed.Pieces >= 3), Is.EqualTo((Code, 1, true)));
        Assert.That(alone.Hits[0].Id, Is.EqualTo("code"));
        Assert.That(alone.Hits[0].Legs.Take(2).Select(leg => leg.Weight), Is.EqualTo(new[] { 1d, 0 }));
        Assert.That(index.Search(Code, 10, Unrouted), Has.Property("Routed").Empty);

        SearchResult mixed = index.Search($"error {Code}", 10, Hybrid), without = index.Search($"error {Code}", 10, Unrouted);
        Assert.That(mixed.Routed.Select(word => word.Word), Is.EqualTo(new[] { Code }));
        Assert.That(mixed.Hits[0].Legs[0].Weight, Is.GreaterThan(without.Hits[0].Legs[0].Weight).And.LessThan(1));
        Assert.That(mixed.Hits[0].Legs.Take(2).Sum(leg => leg.Weight), Is.EqualTo(1).Within(1e-12));
        Assert.That(mixed.Hits[0].Legs[1].Score, Is.LessThan(without.Hits.Single(hit => hit.Id == mixed.Hits[0].Id).Legs[1].Score!.Value), "its pieces left the terms");
    }

    [Test]
    public void Whole_words_names_words_of_many_documents_or_of_none_and_small_parts_of_a_query_stay()
    {
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
        using SparseIndex index = NewIndex(encoder);
        Assert.That(index.Search("installing updates", 10, Hybrid).Routed, Is.Empty, "whole words");
        Assert.That(index.Search("alkylphenols", 10, Hybrid).Routed, Is.Empty, "a name");
        Assert.That(index.Search($"why does the installing of updates fail with {Code}", 10, Hybrid).Routed, Is.Empty, "less than half of the query");
        Assert.That(index.Search("x86q64z", 10, Hybrid).Routed, Is.Empty, "300 of 302 documents hold it");
        Assert.That(index.Search("0x80070071 updates", 10, Hybrid).Routed, Is.Empty, "none holds it");
    }

    [TestCase("SaRA", 1)]
    [TestCase("300ms", 2)]
    [TestCase("300ms SaRA", 3)]
    public void Codes_of_few_pieces_that_are_all_of_a_query_go_to_the_words_and_beside_others_stay(string codes, int pieces)
    {
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
        using SparseIndex index = NewIndex(encoder);
        index.Add([Doc("sara", "SaRA waits 300ms"), Doc("macos", "macOS 300gb"), .. Enumerable.Range(0, 9).Select(i => Doc($"m{i}", $"macOS {i}"))]);
        index.Commit();
        SearchResult alone = index.Search(codes, 10, Hybrid);
        Assert.That(alone.Routed.Sum(word => word.Pieces), Is.EqualTo(pieces));
        Assert.That(alone.Hits[0].Id, Is.EqualTo("sara"));
        Assert.That(alone.Hits.Where(hit => hit.Score > 0).Select(hit => hit.Id), Is.EqualTo(new[] { "sara" }), "the words' hits alone count");
        Assert.That(index.Search(codes + " waits", 10, Hybrid).Routed, Is.Empty, "another word beside them");
        Assert.That(index.Search("macOS", 10, Hybrid).Routed, Is.Empty, "more than one document in a hundred holds it");
    }

    [Test]
    public void Encoder_that_tells_no_pieces_routes_nothing()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add(Doc("code", $"error {Code}"));
        index.Commit();
        Assert.That(index.Search(Code, 10, Hybrid), Has.Property("Routed").Empty);
    }

    private SparseIndex NewIndex(SpladeEncoder encoder)
    {
        SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add([Doc("code", $"error {Code} while installing updates fails why"), Doc("name", "alkylphenols"), .. Enumerable.Range(0, 300).Select(i => Doc($"d{i}", $"x86q64z error while reading file {i % 7}"))]);
        index.Commit();
        return index;
    }
}
