using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.Fusion;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Tests.Facade;

/// <summary>Vectors for an index that began with text alone.</summary>
[TestFixture]
internal sealed class UpgradeTests : IndexFixture
{
    private static readonly SearchOptions Hybrid = new() { Mode = SearchMode.Hybrid };
    private static readonly SearchOptions Words = new() { Mode = SearchMode.Bm25, FilteredStatistics = true };
    private static readonly string[] Queries = ["aspirin inhibits the production of PGE2", "vitamin D deficiency", "bone marrow cells in tumour growth"];

    [Test]
    public void Upgraded_index_holds_the_documents_fields_and_vectors_of_a_fresh_one()
    {
        List<SparseDocument> documents = Texts(600);
        MakeTextIndex(documents);
        using var encoder = new HashEncoder();
        using SparseIndex fresh = Fresh(documents, encoder);
        var seen = new List<UpgradeProgress>();
        using (SparseIndex index = SparseIndex.OpenToUpgrade(IndexPath, encoder))
        {
            Assert.That(index.Upgrade(seen.Add), Is.EqualTo(600));
            Assert.That(index.Upgrade(), Is.Zero, "all have vectors");
        }

        Assert.That(seen.Select(now => now.Covered), Is.EqualTo(new[] { 0, 256, 512, 600 }));
        using SparseIndex upgraded = SparseIndex.OpenReadOnly(IndexPath, encoder);
        Assert.That(upgraded.Check().Problems, Is.Empty);
        Assert.That((upgraded.Statistics().DocumentsWithVectors, upgraded.Statistics().Postings - fresh.Statistics().Postings), Is.EqualTo((600, 0)));
        Assert.That(upgraded.Get("17")!.Fields["lang"], Is.EqualTo("en"));
        foreach (string query in Queries)
        {
            foreach (SearchOptions options in (SearchOptions[])[Words, new() { Mode = SearchMode.Sparse }, Words with { Filter = "lang = en" }])
            {
                Assert.That(Scores(upgraded.Search(query, 600, options)), Is.EquivalentTo(Scores(fresh.Search(query, 600, options))));
            }
        }
    }

    [Test]
    public void Stopped_upgrade_is_searched_throughout_and_goes_on()
    {
        List<SparseDocument> documents = Texts(500);
        MakeTextIndex(documents);
        using var encoder = new HashEncoder();
        using SparseIndex fresh = Fresh(documents, encoder);
        using var stop = new CancellationTokenSource();
        using (SparseIndex index = SparseIndex.OpenToUpgrade(IndexPath, encoder))
        {
            Assert.That(() => index.Upgrade(now => { if (now.Covered >= 200) { stop.Cancel(); } }, commitEvery: 100, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        }

        // Any opening goes on as usual: documents that are added now get their vectors at once.
        using (SparseIndex index = SparseIndex.Open(IndexPath, encoder))
        {
            Assert.That((index.Statistics().DocumentsWithVectors, index.Count), Is.EqualTo((200, 500)));
            index.Add(documents[499]);
            index.Commit();
            Assert.That(index.Statistics().DocumentsWithVectors, Is.EqualTo(201));
            foreach (string query in Queries)
            {
                Assert.That(Scores(index.Search(query, 500, Words)), Is.EquivalentTo(Scores(fresh.Search(query, 500, Words))));
                SearchResult byTerms = index.Search(query, 500, new SearchOptions { Mode = SearchMode.Sparse });
                Assert.That(byTerms.Warnings, Is.EqualTo(new[] { "299 of 500 documents have no vectors yet: a search by terms can't find them." }));
                Assert.That(Scores(byTerms), Is.SubsetOf(Scores(fresh.Search(query, 500, new SearchOptions { Mode = SearchMode.Sparse }))));
            }
        }

        using (SparseIndex index = SparseIndex.OpenToUpgrade(IndexPath, encoder))
        {
            Assert.That(index.Upgrade(), Is.EqualTo(299));
        }

        using SparseIndex done = SparseIndex.OpenReadOnly(IndexPath, encoder);
        Assert.That((done.Statistics().DocumentsWithVectors, done.Count), Is.EqualTo((500, 500)));
        Assert.That(done.Search(Queries[0], 10, Hybrid).Warnings, Is.Empty);
    }

    [Test]
    public void Documents_without_vectors_are_on_the_scale_of_those_with([Values] FusionMethod method)
    {
        // Twins: each text is there twice, once with its vector and once without.
        List<SparseDocument> documents = Texts(120);
        using var encoder = new HashEncoder();
        MakeTextIndex(documents);
        using (SparseIndex index = SparseIndex.OpenToUpgrade(IndexPath, encoder))
        {
            index.Add([.. documents.Select(document => new SparseDocument("twin" + document.Id, document.Text) { Title = document.Title })]);
            index.Commit();
        }

        using SparseIndex partial = SparseIndex.OpenReadOnly(IndexPath, encoder);
        Assert.That(partial.Statistics().DocumentsWithVectors, Is.EqualTo(120));
        int withFirst = 0, withoutFirst = 0;
        foreach (string query in documents.Take(8).Select(document => document.Title!))
        {
            SearchResult result = partial.Search(query, 10, Hybrid with { Fusion = new() { Method = method } });
            SearchHit[] without = [.. result.Hits.Where(hit => !hit.Id.StartsWith("twin", StringComparison.Ordinal))];
            Assert.That(result.Warnings.Single(), Does.StartWith("120 of 240 documents have no vectors yet: their scores by terms are assumed"));
            Assert.That(without, Has.Length.InRange(1, 9), "neither kind buries the other");
            Assert.That(without.Select(hit => hit.Legs.Single(leg => leg.Leg == "sparse")), Has.All.Matches<LegScore>(leg => leg.Score is null && leg.Rank is null));
            bool isTwin = result.Hits[0].Id.StartsWith("twin", StringComparison.Ordinal);
            (withFirst, withoutFirst) = (withFirst + (isTwin ? 1 : 0), withoutFirst + (isTwin ? 0 : 1));
            string filtered = string.Join(" or ", without.Select(hit => $"id = {hit.Id}"));
            Assert.That(Scores(partial.Search(query, 10, Hybrid with { Filter = filtered, Fusion = new() })), Is.SubsetOf(Scores(partial.Search(query, 240, Hybrid))), "a filter moves no score");
        }

        TestContext.Out.WriteLine($"{method}: first with vectors {withFirst}, without {withoutFirst}");
    }

    [Test]
    public void What_others_change_or_delete_meanwhile_stays_as_they_leave_it()
    {
        MakeTextIndex([Doc("kept", "first words"), Doc("changed", "second words"), Doc("deleted", "third words")]);
        SparseIndex? open = null;
        using var encoder = new Meddling(() =>
        {
            open!.Add(new SparseDocument("changed", "new text") { Vector = TermVector.FromPairs([KeyValuePair.Create(5, 1f)]) });
            open.Delete("deleted");
        });
        using (open = SparseIndex.OpenToUpgrade(IndexPath, encoder))
        {
            Assert.That(open.Upgrade(), Is.EqualTo(1));
        }

        using SparseIndex index = SparseIndex.OpenReadOnly(IndexPath, encoder);
        Assert.That((index.Get("changed")!.Text, index.Get("deleted"), index.Get("kept")!.Text), Is.EqualTo(("new text", (SparseDocument?)null, "first words")));
        Assert.That((index.Count, index.Statistics().DocumentsWithVectors), Is.EqualTo((2, 2)));
    }

    [Test]
    public void Index_whose_texts_are_not_stored_is_refused_at_once()
    {
        using (FSDirectory directory = FSDirectory.Open(IndexPath))
        using (var writer = new IndexWriter(directory, new IndexWriterConfig(LuceneVersion.LUCENE_48, null)))
        {
            writer.AddDocument([new StringField("id", "a", Field.Store.YES), new StringField("text", "not stored", Field.Store.NO)]);
        }

        using var encoder = new HashEncoder();
        Assert.That(() => SparseIndex.OpenToUpgrade(IndexPath, encoder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("does not store the text of document 'a'").And.Message.Contains("index the texts anew"));
        Assert.That(encoder.Calls, Is.Zero);
    }

    [Test]
    public void Other_encoders_and_other_ways_of_opening_are_refused()
    {
        MakeTextIndex(Texts(3));
        using var encoder = new HashEncoder();
        using (SparseIndex text = SparseIndex.Open(IndexPath, encoder: null))
        {
            Assert.That(() => text.Upgrade(), Throws.InvalidOperationException.With.Message.Contains("OpenToUpgrade"));
        }

        SparseIndex.OpenToUpgrade(IndexPath, encoder).Dispose();
        using var other = new HashEncoder("other");
        Assert.That(() => SparseIndex.OpenToUpgrade(IndexPath, other), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("written by encoder 'hash'"));
        using var queries = new HashEncoder("queries", isQueryOnly: true);
        MakeTextIndex(Texts(1), "second");
        Assert.That(() => SparseIndex.OpenToUpgrade(PathOf("second"), queries), Throws.ArgumentException.With.Message.Contains("for queries alone"));
    }

    private static List<SparseDocument> Texts(int count) => [.. SciFact(count).Select((document, i) =>
        new SparseDocument(i.ToString(System.Globalization.CultureInfo.InvariantCulture), document.Text) { Title = document.Title, Fields = { ["lang"] = i % 3 == 0 ? "de" : "en" } })];

    private static (string, double)[] Scores(SearchResult result) => [.. result.Hits.Select(hit => (hit.Id, hit.Score))];

    private void MakeTextIndex(List<SparseDocument> documents, string name = "index")
    {
        using SparseIndex text = SparseIndex.Create(PathOf(name), encoder: null, new SparseIndexOptions { Fields = [new("lang", FieldKind.Keyword)] });
        text.Add(documents);
        text.Commit();
    }

    private SparseIndex Fresh(List<SparseDocument> documents, HashEncoder encoder)
    {
        SparseIndex fresh = SparseIndex.Create(PathOf("fresh"), encoder, new SparseIndexOptions { Fields = [new("lang", FieldKind.Keyword)] });
        fresh.Add(documents);
        fresh.Commit();
        return fresh;
    }

    /// <summary>Lets others change the index while it encodes, once.</summary>
    private sealed class Meddling(Action first) : ITermEncoder
    {
        private readonly HashEncoder _inner = new();
        private bool _done;

        public EncoderIdentity Identity => _inner.Identity;

        public Vocabulary Vocabulary => _inner.Vocabulary;

        public float MaxWeight => _inner.MaxWeight;

        public IReadOnlyList<TermVector> Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
        {
            if (!_done)
            {
                _done = true;
                first();
            }

            return _inner.Encode(texts, cancellationToken);
        }

        public void Dispose() => _inner.Dispose();
    }
}
