using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Sparse.Search;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Tests.Facade;

[TestFixture]
internal sealed class SparseIndexTests : IndexFixture
{
    private static readonly string[] Sentences = ["list the open ports", "port 80 is taken by a web server", "a ship leaves port", "who am i"];

    [Test]
    public void Search_over_real_files_equals_the_exhaustive_oracle()
    {
        List<SparseDocument> given = SciFact(300);
        using var encoder = new HashEncoder();
        using (SparseIndex written = SparseIndex.Create(IndexPath, encoder, new SparseIndexOptions { RamBufferMegabytes = 0.1 }))
        {
            written.Add(given);
            written.Commit();
        }

        using SparseIndex index = SparseIndex.OpenReadOnly(IndexPath, encoder);
        SparseDocument[] documents = InIndexOrder(given);
        var quantizer = new ImpactQuantizer(index.Scale!.Value);
        ImpactVector?[] forward = [.. encoder.Encode([.. documents.Select(d => d.FullText)]).Select(v => quantizer.Quantize(v, out _))];
        foreach (SparseDocument document in given.Take(40))
        {
            string query = document.Title!;
            TermVector vector = encoder.Encode([query])[0];
            var weights = new ushort[vector.Count];
            int exponent = QueryQuantizer.Quantize(vector.Weights, quantizer.Scale, weights);
            ScoredDoc[] expected = ExhaustiveSearch.TopK(forward, vector.Terms, weights, 10);

            SearchResult result = index.Search(query);

            Assert.That(result.Mode, Is.EqualTo(SearchMode.Sparse));
            Assert.That(Ids(result), Is.EqualTo(expected.Select(hit => documents[hit.Doc].Id)));
            Assert.That(result.Hits.Select(hit => hit.Score), Is.EqualTo(expected.Select(hit => Math.ScaleB(hit.Score, exponent))));
        }
    }

    [Test]
    public void Hits_carry_rank_title_text_and_further_fields()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.OpenOrCreate(IndexPath, encoder);
        index.Add(new SparseDocument("42", "list open files and ports") { Title = "lsof", Fields = { ["url"] = "https://example.org/lsof", ["kind"] = "page" } });
        index.Commit();

        SearchHit hit = index.Search("open ports").Hits.Single();

        Assert.That(hit.Rank, Is.EqualTo(1));
        Assert.That(hit.Title, Is.EqualTo("lsof"));
        Assert.That(hit.Text, Is.EqualTo("list open files and ports"));
        Assert.That(hit.Fields, Is.EquivalentTo(new Dictionary<string, string> { ["url"] = "https://example.org/lsof", ["kind"] = "page" }));
        SearchHit bare = index.Search("open ports", 1, new SearchOptions { WithStoredFields = false }).Hits.Single();
        Assert.That((bare.Id, bare.Score, bare.Title, bare.Text, bare.Fields.Count), Is.EqualTo(("42", hit.Score, (string?)null, "", 0)));
    }

    [Test]
    public void The_title_is_encoded_and_searched_with_the_text([Values] SearchMode mode)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add([new SparseDocument("a", "lists files") { Title = "lsof" }, Doc("b", "lists ports")]);
        index.Commit();
        Assert.That(Ids(index.Search("lsof", 10, new SearchOptions { Mode = mode })), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void Searches_see_a_document_after_commit_or_refresh_and_not_before()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        using SparseIndex reader = SparseIndex.OpenReadOnly(IndexPath, encoder);
        index.Add(Doc("a", "port"));
        Assert.That(index.Search("port").Hits, Is.Empty);
        Assert.That(index.Count, Is.Zero);

        index.Refresh();
        reader.Refresh();
        Assert.That(Ids(index.Search("port")), Is.EqualTo(new[] { "a" }));
        Assert.That(reader.Search("port").Hits, Is.Empty, "another reader sees commits alone");

        index.Commit();
        Assert.That(reader.Count, Is.Zero);
        reader.Refresh();
        Assert.That(Ids(reader.Search("port")), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void Disposing_without_commit_gives_changes_up_and_reopening_shows_the_last_commit()
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            index.Add(Doc("a", "port"));
            index.Commit();
            index.Add(Doc("b", "port"));
            index.Delete("a");
        }

        using SparseIndex reopened = SparseIndex.Open(IndexPath, encoder);
        Assert.That(Ids(reopened.Search("port")), Is.EqualTo(new[] { "a" }));
        Assert.That(reopened.Encoder, Is.EqualTo(encoder.Identity));
    }

    [Test]
    public void Add_counts_what_it_replaces_committed_or_not()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        Assert.That(index.Add([Doc("a", "one"), Doc("b", "one"), Doc("a", "two")]), Is.EqualTo(1), "in one list");
        Assert.That(index.Add(Doc("b", "two")), Is.EqualTo(1), "not committed");
        index.Commit();
        Assert.That(index.Count, Is.EqualTo(2));
        Assert.That(index.Add(Doc("a", "three")), Is.EqualTo(1), "committed");
        Assert.That(index.Add(Doc("a", "four")), Is.EqualTo(1), "committed and replaced since");
        Assert.That(index.Delete("a", "a", "nowhere"), Is.EqualTo(1));
        Assert.That(index.Add(Doc("a", "five")), Is.Zero, "deleted since");
        index.Commit();
        Assert.That(index.Get("a")!.Text, Is.EqualTo("five"));
        Assert.That(index.Search("one two three four").Hits.Select(hit => hit.Text), Is.EqualTo(new[] { "two" }));
        Assert.That(index.Delete("b"), Is.EqualTo(1));
        index.Commit();
        Assert.That(index.Get("b"), Is.Null);
        Assert.That(index.Count, Is.EqualTo(1));
    }

    [Test]
    public void Equal_scores_are_ranked_in_the_order_of_adding([Values] SearchMode mode)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        string[] ids = [.. Enumerable.Range(0, 30).Select(i => $"d{(i * 7) % 30}")];
        index.Add([.. ids.Take(11).Select(id => Doc(id, "same text"))]);
        index.Commit();
        index.Add([.. ids.Skip(11).Select(id => Doc(id, "same text"))]);
        index.Commit();
        Assert.That(Ids(index.Search("same text", 25, new SearchOptions { Mode = mode })), Is.EqualTo(ids.Take(25)));
    }

    [Test]
    public void The_excluded_id_makes_room_for_the_next_hit([Values] SearchMode mode)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add([Doc("a", "port"), Doc("b", "port"), Doc("c", "port")]);
        index.Commit();
        SearchResult result = index.Search("port", 2, new SearchOptions { Mode = mode, ExcludeId = "a" });
        Assert.That(Ids(result), Is.EqualTo(new[] { "b", "c" }));
        Assert.That(result.Hits.Select(hit => hit.Rank), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(Ids(index.Search("port", 2, new SearchOptions { Mode = mode, ExcludeId = "z" })), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test]
    public void A_ready_vector_is_taken_as_it_is_and_searched_by_vector()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add([new SparseDocument("a", "text") { Vector = new TermVector([3, 7], [1, 2]) }, new SparseDocument("b", "") { Vector = TermVector.Empty }]);
        index.Commit();
        Assert.That(encoder.Calls, Is.Zero);
        SearchResult result = index.SearchVector(new TermVector([7], [1]));
        Assert.That(Ids(result), Is.EqualTo(new[] { "a" }));
        Assert.That(result.Hits[0].Score, Is.EqualTo(2).Within(0.01));
        Assert.That(() => index.SearchVector(TermVector.Empty), Throws.ArgumentException);
        Assert.That(() => index.SearchVector(new TermVector([997], [1])), Throws.ArgumentException.With.Message.Contains("997"));
        Assert.That(() => index.Add(new SparseDocument("c", "") { Vector = new TermVector([997], [1]) }), Throws.ArgumentException.With.Message.Contains("'c'"));
        index.Add(Doc("d", "still open for business"));
    }

    [Test]
    public void An_index_without_encoder_searches_by_words_alone()
    {
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder: null))
        {
            index.Add([.. Sentences.Select((text, i) => Doc($"s{i}", text))]);
            index.Commit();
            SearchResult result = index.Search("which ports?");
            Assert.That(result.Mode, Is.EqualTo(SearchMode.Bm25));
            Assert.That(Ids(result), Is.EquivalentTo(new[] { "s0", "s1", "s2" }));
            Assert.That(() => index.Search("port", 10, new SearchOptions { Mode = SearchMode.Sparse }), Throws.InvalidOperationException);
            Assert.That((index.Encoder, index.Scale, result.Warnings.Count), Is.EqualTo(((EncoderIdentity?)null, (float?)null, 0)));
        }

        using var encoder = new HashEncoder();
        Assert.That(() => SparseIndex.Open(IndexPath, encoder), Throws.TypeOf<InvalidDataException>().With.Message.Contains("text alone"));
    }

    [Test]
    public void Without_an_encoder_an_index_of_vectors_searches_by_words_and_says_so()
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            index.Add(Doc("a", "port"));
            index.Commit();
        }

        using SparseIndex reader = SparseIndex.OpenReadOnly(IndexPath);
        SearchResult words = reader.Search("port");
        Assert.That(words.Mode, Is.EqualTo(SearchMode.Bm25));
        Assert.That(words.Warnings, Has.Count.EqualTo(1));
        Assert.That(reader.Search("port", 10, new SearchOptions { QueryEncoder = encoder }).Mode, Is.EqualTo(SearchMode.Sparse));
        Assert.That(() => reader.Add(Doc("b", "x")), Throws.InvalidOperationException);
        Assert.That(() => reader.Commit(), Throws.InvalidOperationException);
    }

    [TestCase("")]
    [TestCase(" \t\r\n")]
    public void An_empty_query_is_refused(string query)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        Assert.That(() => index.Search(query), Throws.ArgumentException.With.Message.Contains("empty"));
        Assert.That(() => index.Search("the", 10, new SearchOptions { Mode = SearchMode.Bm25 }), Throws.ArgumentException.With.Message.Contains("stop words"));
        Assert.That(() => index.Search("port", 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void No_character_of_a_query_is_an_error([Values] SearchMode mode)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add(Doc("a", "port"));
        index.Commit();
        for (int first = 0; first <= char.MaxValue; first += 64)
        {
            string every = string.Join(' ', Enumerable.Range(first, 64).Select(c => $"{(char)c}({(char)c}x"));
            Assert.That(Ids(index.Search($"port {every} AND \"*~^:", 1, new SearchOptions { Mode = mode })), Is.EqualTo(new[] { "a" }), $"U+{first:X4}");
        }

        Assert.That(Ids(index.Search(string.Join(' ', Enumerable.Range(0, 5000)) + " port", 1, new SearchOptions { Mode = mode })), Is.EqualTo(new[] { "a" }), "5,000 words");
    }

    /// <summary>Merges move documents while they are written, and equal scores are ordered by where a document is.</summary>
    private SparseDocument[] InIndexOrder(List<SparseDocument> documents)
    {
        using FSDirectory directory = FSDirectory.Open(IndexPath);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        Dictionary<string, SparseDocument> byId = documents.ToDictionary(document => document.Id);
        return [.. Enumerable.Range(0, reader.MaxDoc).Select(doc => byId[reader.Document(doc).GetField(SparseFields.Id).GetStringValue(CultureInfo.InvariantCulture)])];
    }
}
