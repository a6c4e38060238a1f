using Sparse.LuceneNet;
using Sparse.OpenSearch.Documents;
using Sparse.Vectors;

namespace Sparse.OpenSearch.Tests;

/// <summary>What an application does with an index, on a cluster as in a folder.</summary>
internal sealed class ApplicationTests
{
    [Test]
    public void Application_moves_by_the_line_that_opens_the_index()
    {
        string folder = Folders.New("index");
        var options = new SparseIndexOptions { Fields = Pages.Fields };
        using ISparseIndex local = SparseIndex.OpenOrCreate(folder, Pages.Encoder, options);
        using ISparseIndex remote = OpenSearchIndex.OpenOrCreate(Server.Instance.Url + "/application", Pages.Encoder, new OpenSearchOptions { Index = options });
        Assert.That(Run(remote), Is.EqualTo(Run(local)));
    }

    private static List<object> Run(ISparseIndex index)
    {
        List<object> seen = [index.Count, index.Encoder!.Fingerprint, index.Scale!, index.Language];
        seen.Add(index.Add([.. Pages.All.Take(40)]));
        index.Commit();
        seen.Add(index.Add([Pages.All[3], new SparseDocument("a/b ?#%é", "An id with signs in it.")]));
        seen.Add(index.Delete(Pages.All[0].Id, "not there"));
        index.Commit();
        seen.Add(index.Count);
        seen.Add(index.Get(Pages.All[0].Id) is null);
        SparseDocument read = index.Get("a/b ?#%é")!;
        seen.AddRange([read.Id, read.Text, read.Title is null, read.Fields.Count, index.Get(Pages.All[3].Id)!.Fields["note"]]);
        foreach (SearchMode mode in (SearchMode[])[SearchMode.Sparse, SearchMode.Hybrid])
        {
            SearchResult found = index.Search("an id that has signs", 5, new SearchOptions { Mode = mode });
            seen.AddRange(found.Hits.Select(hit => hit.Id));
        }

        TermVector vector = Pages.Encoder.Encode(["list the files of a folder"])[0];
        seen.AddRange(index.SearchVector(vector, 5).Hits.SelectMany(hit => new object[] { hit.Id, hit.Score }));
        return seen;
    }

    [Test]
    public void Terms_with_dots_and_signs_that_servers_read_as_paths_are_found()
    {
        using OpenSearchIndex index = OpenSearchIndex.Create(Server.Instance.Url + "/signs", Pages.Encoder);
        string[] terms = [".", "%", "[unused1]", "\"", "\\", "##s"];
        index.Add([.. terms.Select((term, i) => new SparseDocument($"d{i}", "") { Vector = VectorOf(term, 255f) })]);
        index.Commit();
        for (int i = 0; i < terms.Length; i++)
        {
            Assert.That(index.SearchVector(VectorOf(terms[i], 1)).Hits.Select(hit => hit.Id), Is.EqualTo((string[])[$"d{i}"]), terms[i]);
        }

        TermVector VectorOf(string term, float weight) =>
            new([Pages.Encoder.Vocabulary.TryGetId(term, out int id) ? id : throw new AssertionException(term)], [weight]);
    }

    [Test]
    public void Index_of_words_alone_is_searched_by_words()
    {
        string folder = Folders.New("words");
        using SparseIndex local = SparseIndex.Create(folder, null, new SparseIndexOptions { Language = "de" });
        local.Add([new("1", "Die Häuser der Stadt"), new("2", "Ein Haus am Meer"), new("3", "Kein Meer")]);
        local.Commit();
        OpenSearchIndex.Push(local, Server.Instance.Url);
        using OpenSearchIndex remote = OpenSearchIndex.Open(Server.Instance.Url + "/words", null);
        PushTests.AssertSame(remote, local, "Haus", new SearchOptions(), 1e-6);
        Assert.That(() => remote.Search("Haus", 10, new SearchOptions { Mode = SearchMode.Sparse }), Throws.InvalidOperationException.With.Message.Contains("holds text alone"));
    }

    [Test]
    public void Long_ids_are_kept_whole()
    {
        string id = new string('ä', 300) + "/1", other = new string('ä', 300) + "/2";
        using OpenSearchIndex index = OpenSearchIndex.Create(Server.Instance.Url + "/long-ids", null);
        Assert.That(index.Add([new(id, "one"), new(other, "two")]), Is.Zero);
        index.Commit();
        Assert.That(index.Get(id)!.Text, Is.EqualTo("one"));
        Assert.That(index.Search("two").Hits.Single().Id, Is.EqualTo(other));
        Assert.That(index.Delete(id), Is.EqualTo(1));
    }

    [Test]
    public void Spelling_of_terms_for_rank_features_can_be_read_back()
    {
        var field = new VectorField(VectorFieldType.RankFeatures, UsesNeuralSparse: false);
        foreach (string term in (string[])[".", "%", "%2E", "a.b%25.", "__", "..", "plain"])
        {
            Assert.That(field.Spell(term), Does.Not.Contain("."));
            Assert.That(field.Read(field.Spell(term)), Is.EqualTo(term));
        }

        Assert.That(new VectorField(VectorFieldType.SparseVector, false).Spell("a.b"), Is.EqualTo("a.b"), "Elasticsearch's field takes dots");
    }

    [Test]
    public void Servers_are_asked_in_their_own_way_with_pruning_off()
    {
        string[] terms = ["a.b", "c", "d"];
        ushort[] weights = [1024, 0, 65_535];
        Assert.That(Shape(VectorFieldType.RankFeatures, false), Is.EqualTo(
            """{"bool":{"should":[{"rank_feature":{"field":"sparse.a%2Eb","linear":{},"boost":1}},{"rank_feature":{"field":"sparse.d","linear":{},"boost":63.9990234375}}],"minimum_should_match":1}}"""));
        Assert.That(Shape(VectorFieldType.RankFeatures, true), Is.EqualTo("""{"neural_sparse":{"sparse":{"query_tokens":{"a%2Eb":1,"d":63.9990234375}}}}"""));
        Assert.That(Shape(VectorFieldType.SparseVector, false), Is.EqualTo("""{"sparse_vector":{"field":"sparse","query_vector":{"a.b":1,"d":63.9990234375},"prune":false}}"""));

        string Shape(VectorFieldType type, bool neural) => new VectorField(type, neural).Query(terms, weights, "").ToJsonString(Plain);
    }

    private static readonly System.Text.Json.JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
