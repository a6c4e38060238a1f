using System.Globalization;
using System.Text;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Sparse.Chunks;
using Sparse.Search;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Tests.Facade;

/// <summary>Long documents in passages: the best one counts, hits name it, and a document stays one document.</summary>
[TestFixture]
internal sealed class PassageTests : IndexFixture
{
    // One token a word: 30 words and two markers a passage.
    private static readonly ITokenizer Words = WordPieceTokenizer.FromVocabulary(new MemoryStream(Encoding.UTF8.GetBytes("[UNK]\n[CLS]\n[SEP]\nw\n")));
    internal static readonly Chunker Chunker = new(Words, new ChunkOptions { By = ChunkBy.Tokens, MaxTokens = 32, OverlapTokens = 4 });
    private static readonly SparseIndexOptions Kept = new() { Chunker = Chunker };

    [TestCase(1, null)]
    [TestCase(2, null)]
    [TestCase(3, 1)]
    public void Best_documents_by_their_best_passages_equal_the_exhaustive_oracle(int seed, int? reorderFrom)
    {
        var random = new Random(seed);
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder, Kept with { ReorderFrom = reorderFrom });
        var live = new List<SparseDocument>();
        for (int commit = 0; commit < 4; commit++)
        {
            // Few words and equal passages, so that many scores are equal; up to 14 passages, so that one document fills a short list.
            SparseDocument[] added = [.. Enumerable.Range(0, 15).Select(_ => new SparseDocument($"d{random.Next(40)}", Text(random, random.Next(350))) { Title = random.Next(3) == 0 ? "port" : null })];
            index.Add(added);
            foreach (SparseDocument document in added)
            {
                live.RemoveAll(other => other.Id == document.Id);
                live.Add(document);
            }

            string gone = $"d{random.Next(40)}";
            Assert.That(index.Delete(gone), Is.EqualTo(live.RemoveAll(document => document.Id == gone)));
            index.Commit();
        }

        if (reorderFrom is not null)
        {
            // Segments are merged in any order, and ties are ranked as the documents then lie.
            index.Optimize();
            List<string> order = Order();
            live.Sort((left, right) => order.IndexOf(left.Id).CompareTo(order.IndexOf(right.Id)));
        }

        Assert.That(index.Count, Is.EqualTo(live.Count));
        Assert.That(index.Check().Problems, Is.Empty);
        foreach (string query in new[] { "port", "open port", "a b", "web server ports", "nothing" })
        {
            foreach (int k in new[] { 1, 2, 5, 100 })
            {
                Assert.That(
                    index.Search(query, k).Hits.Select(hit => (hit.Id, hit.Score, hit.Passage)), Is.EqualTo(Oracle(encoder, index.Scale!.Value, live, query, k)), $"{query}, {k}");
            }
        }
    }

    [Test]
    public void Hit_names_the_passage_that_matched_and_has_the_whole_text()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder, Kept);
        string text = Filler(40) + " needle " + Filler(50);
        index.Add(new SparseDocument("a", text) { Title = "the title", Fields = { ["url"] = "u" } });
        index.Commit();

        SearchHit hit = index.Search("needle").Hits.Single();

        Assert.That(hit.Text, Is.EqualTo(text));
        Assert.That((hit.Title, hit.Fields["url"]), Is.EqualTo(("the title", "u")));
        Assert.That(hit.Passage!.Value.Of(text).Split(' '), Has.Member("needle").And.Length.EqualTo(28), "30 words, two of them the title's");
        Assert.That(index.Search("title").Hits.Single().Passage!.Value.Start, Is.Zero, "the title goes before each passage, and the first of equal ones counts");
        Assert.That(index.Search("needle", 1, new SearchOptions { WithStoredFields = false }).Hits.Single().Passage, Is.EqualTo(hit.Passage));
        Assert.That(index.Search("needle", 1, new SearchOptions { Mode = SearchMode.Bm25 }).Hits.Single().Passage, Is.Null, "words are those of the whole text");
    }

    [Test]
    public void Document_is_replaced_and_deleted_with_all_its_passages([Values] bool committed)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder, Kept);
        index.Add([Doc("a", Filler(200) + " old"), Doc("b", Filler(100) + " other")]);
        if (committed)
        {
            index.Commit();
        }

        Assert.That(index.Add(Doc("a", "short and new")), Is.EqualTo(1));
        index.Commit();
        Assert.That(index.Search("old").Hits, Is.Empty);
        Assert.That(Ids(index.Search("new")), Is.EqualTo(new[] { "a" }));
        Assert.That((index.Count, index.Statistics().Documents, index.Statistics().Passages), Is.EqualTo((2, 2, 5)));
        Assert.That(index.Delete("b"), Is.EqualTo(1));
        index.Commit();
        Assert.That((index.Count, index.Statistics().Passages, index.Get("b")), Is.EqualTo((1, 1, (SparseDocument?)null)));
        index.Optimize();
        Assert.That((index.Count, index.Get("a")!.Text), Is.EqualTo((1, "short and new")));
        Assert.That(index.Check().Problems, Is.Empty);
    }

    [Test]
    public void Merged_passages_are_one_vector_of_the_largest_weights()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder, Kept with { Passages = PassageUse.Merge });
        string text = $"port {Filler(40)} port port {Filler(40)} server";
        index.Add(Doc("a", text));
        index.Commit();

        Assert.That(index.Statistics().Passages, Is.EqualTo(1));
        SearchHit hit = index.Search("port server").Hits.Single();
        Assert.That(hit.Passage, Is.Null);
        TermVector merged = TermVector.Max([.. encoder.Encode([.. Chunker.Split(text).Select(passage => passage.Of(text))])]);
        Assert.That(hit.Score, Is.EqualTo(merged.Dot(encoder.Encode(["port server"])[0])).Within(0.05));
    }

    [Test]
    public void Title_longer_than_half_a_passage_makes_passages_of_its_own()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder, Kept);
        index.Add(new SparseDocument("a", Filler(60) + " needle") { Title = Filler(40) + " heading" });
        index.Commit();

        Assert.That(index.Search("heading").Hits.Single().Passage, Is.EqualTo(new Passage(0, 0)));
        Assert.That(index.Search("needle").Hits.Single().Passage!.Value.Length, Is.GreaterThan(0));
    }

    [Test]
    public void Words_score_as_in_an_index_without_passages()
    {
        using var encoder = new HashEncoder();
        SparseDocument[] documents = [Doc("a", Filler(90) + " port"), Doc("b", "port"), Doc("c", Filler(300) + " server port port"), Doc("d", "server")];
        using SparseIndex whole = SparseIndex.Create(IndexPath, encoder);
        using SparseIndex kept = SparseIndex.Create(PathOf("kept"), encoder, Kept);
        whole.Add(documents);
        whole.Commit();
        kept.Add(documents);
        kept.Commit();

        var words = new SearchOptions { Mode = SearchMode.Bm25 };
        Assert.That(kept.Search("port server", 10, words).Hits.Select(hit => (hit.Id, hit.Score)), Is.EqualTo(whole.Search("port server", 10, words).Hits.Select(hit => (hit.Id, hit.Score))));
    }

    [Test]
    public void Excluded_document_makes_room_for_the_next_one_and_others_may_be_added_whole()
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder, Kept))
        {
            index.Add([Doc("a", string.Join(' ', Enumerable.Repeat("port", 300))), Doc("b", "port"), Doc("c", "port")]);
            index.Commit();
            Assert.That(Ids(index.Search("port", 2, new SearchOptions { ExcludeId = "a" })), Is.EqualTo(new[] { "b", "c" }));
        }

        using SparseIndex mixed = SparseIndex.Open(IndexPath, encoder);
        mixed.Add([Doc("b", Filler(100) + " whole"), new SparseDocument("v", "ready") { Vector = encoder.Encode(["port"])[0] }]);
        mixed.Commit();
        Assert.That(mixed.Search("whole").Hits.Single().Passage, Is.Null);
        Assert.That(Ids(mixed.Search("port")), Is.EqualTo(new[] { "a", "c", "v" }));
        Assert.That(mixed.Count, Is.EqualTo(4));
        Assert.That(mixed.Check().Problems, Is.Empty);
    }

    [Test]
    public void Encoded_documents_are_added_later_and_only_to_an_index_of_their_kind()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder, Kept);
        using SparseIndex words = SparseIndex.Create(PathOf("words"), encoder: null);
        EncodedDocuments encoded = index.Encode([Doc("a", "port"), Doc("b", Filler(80))]);
        index.Commit();
        Assert.That(index.Count, Is.Zero);
        Assert.That(index.Add(encoded), Is.Zero);
        index.Commit();
        Assert.That(index.Count, Is.EqualTo(2));
        Assert.That(() => words.Add(encoded), Throws.ArgumentException.With.Message.Contains("another index"));
        using var other = new HashEncoder("other");
        using SparseIndex otherIndex = SparseIndex.Create(PathOf("other"), other);
        Assert.That(() => otherIndex.Add(encoded), Throws.ArgumentException.With.Message.Contains("another index"));
        Assert.That(() => index.Encode([Doc("", "x")]), Throws.ArgumentException);
    }

    private List<string> Order()
    {
        using FSDirectory folder = FSDirectory.Open(IndexPath);
        using DirectoryReader reader = DirectoryReader.Open(folder);
        return [.. Enumerable.Range(0, reader.MaxDoc).Select(doc => reader.Document(doc).Get(SparseFields.Id, CultureInfo.InvariantCulture))];
    }

    private static List<(string, double, Passage?)> Oracle(HashEncoder encoder, float scale, List<SparseDocument> live, string query, int k)
    {
        var quantizer = new ImpactQuantizer(scale);
        TermVector vector = encoder.Encode([query])[0];
        var weights = new ushort[vector.Count];
        int exponent = QueryQuantizer.Quantize(vector.Weights, quantizer.Scale, weights);
        var best = new List<(string Id, double Score, Passage? Passage)>();
        foreach (SparseDocument document in live)
        {
            (string, double Score, Passage?) winner = (document.Id, 0, null);
            foreach (Passage passage in Chunker.Split(document.Text, document.Title ?? ""))
            {
                string input = document.Title is null ? passage.Of(document.Text) : $"{document.Title} {passage.Of(document.Text)}";
                double score = Math.ScaleB(ExhaustiveSearch.Score(quantizer.Quantize(encoder.Encode([input])[0], out _), vector.Terms, weights), exponent);
                winner = score > winner.Score ? (document.Id, score, passage) : winner;
            }

            best.Add(winner);
        }

        return [.. best.Where(winner => winner.Score > 0).OrderByDescending(winner => winner.Score).Take(k)];
    }

    private static string Text(Random random, int words) =>
        string.Join(' ', Enumerable.Range(0, words).Select(_ => random.Next(20) switch { < 3 => "port", 3 => "open", 4 => "server", 5 => "web", 6 => "ports", < 12 => "a", _ => "b" }));

    private static string Filler(int words) => string.Join(' ', Enumerable.Range(0, words).Select(i => $"filler{i % 7}"));
}
