using System.Linq.Expressions;
using CsCheck;
using Microsoft.Extensions.VectorData;
using Sparse.Encoders.InferenceFree;
using Sparse.Extensions.Embeddings;
using Sparse.Extensions.VectorData;
using Sparse.LuceneNet;

namespace Sparse.Extensions.Tests;

internal sealed class VectorStoreTests : Scratch
{
    private SparseVectorStore _store = null!;

    [SetUp]
    public void OpenStore() => _store = new SparseVectorStore(Path.Combine(Folder, "store"), Encoder);

    [TearDown]
    public void CloseStore() => _store.Dispose();

    [Test]
    public async Task Record_comes_back_as_it_went_in_but_for_its_vector()
    {
        VectorStoreCollection<string, Page> pages = await PagesAsync();
        var page = new Page
        {
            Id = "p",
            Title = "Cars",
            Text = "Repair of old cars.",
            Lang = "en",
            Tags = ["a b", "\"c\""],
            Year = 1990,
            Size = long.MaxValue / 1024 / 1024,
            Price = -0.1,
            Added = new DateTimeOffset(2026, 11, 24, 10, 0, 0, 123, TimeSpan.FromHours(2)),
            Draft = true,
            Note = "[not a list",
        };
        await pages.UpsertAsync(page);
        Page read = (await pages.GetAsync("p"))!;
        Assert.Multiple(async () =>
        {
            Assert.That((read.Id, read.Title, read.Text, read.Lang, read.Year, read.Size, read.Price, read.Added, read.Draft, read.Note),
                Is.EqualTo((page.Id, page.Title, page.Text, page.Lang, page.Year, page.Size, page.Price, page.Added, page.Draft, page.Note)));
            Assert.That(read.Tags, Is.EqualTo(page.Tags));
            Assert.That(read.Rating, Is.Null);
            Assert.That(await pages.GetAsync("q"), Is.Null);
        });
    }

    [Test]
    public async Task Search_finds_by_meaning_and_equals_the_index()
    {
        VectorStoreCollection<string, Page> pages = await PagesAsync(Library());
        List<VectorSearchResult<Page>> found = await ListAsync(pages.SearchAsync("automobile mechanic", 2));
        List<VectorSearchResult<Page>> second = await ListAsync(pages.SearchAsync("automobile mechanic", 1, new() { Skip = 1 }));
        SparseEmbedding embedding = new(Encoder.Encode(["automobile mechanic"])[0], Encoder.Vocabulary.Count);
        List<VectorSearchResult<Page>> byVector = await ListAsync(pages.SearchAsync(embedding, 2));
        var index = (SparseIndex)pages.GetService(typeof(SparseIndex))!;
        SearchHit[] hits = [.. index.Search("automobile mechanic", 2, new SearchOptions { Mode = SearchMode.Sparse }).Hits];
        Assert.Multiple(() =>
        {
            Assert.That(found[0].Record.Id, Is.EqualTo("cars"));
            Assert.That(found.Select(hit => (hit.Record.Id, hit.Score)), Is.EqualTo(hits.Select(hit => (hit.Id, (double?)hit.Score))));
            Assert.That(byVector.Select(hit => (hit.Record.Id, hit.Score)), Is.EqualTo(found.Select(hit => (hit.Record.Id, hit.Score))));
            Assert.That(second.Select(hit => hit.Record.Id), Is.EqualTo(found.Skip(1).Select(hit => hit.Record.Id)));
        });
    }

    [Test]
    public async Task Hybrid_search_takes_meaning_from_one_side_and_words_from_the_other()
    {
        VectorStoreCollection<string, Page> pages = await PagesAsync(Library());
        var hybrid = (IKeywordHybridSearchable<Page>)pages;
        List<VectorSearchResult<Page>> found = await ListAsync(hybrid.HybridSearchAsync("automobile mechanic", ["wine"], 4));
        Assert.Multiple(() =>
        {
            Assert.That(found.Select(hit => hit.Record.Id).Take(2), Is.EquivalentTo(new[] { "cars", "wine" }));
            Assert.That(async () => await ListAsync(hybrid.HybridSearchAsync("automobile", [], 4)), Throws.ArgumentException.With.Message.Contains("at least one word"));
        });
    }

    [Test]
    public async Task Filters_are_the_conditions_they_are_written_as()
    {
        string[] langs = ["en", "de"];
        DateTimeOffset day = new(2020, 5, 17, 0, 0, 0, TimeSpan.Zero);
        Expression<Func<Page, bool>>[] conditions =
        [
            page => page.Lang == "en", page => page.Lang != "en", page => "en" == page.Lang, page => page.Lang == null, page => page.Lang != null,
            page => langs.Contains(page.Lang), page => !langs.Contains(page.Lang), page => new[] { "de", null }.Contains(page.Lang),
            page => page.Tags!.Contains("net"), page => page.Tags!.Contains("net") || page.Draft, page => !page.Draft && page.Year >= 2000,
            page => page.Year > 2000 && page.Year <= 2020, page => 2000 > page.Year, page => page.Price < 0.5, page => page.Rating > 3, page => page.Rating != 3, page => page.Rating == null,
            page => page.Added >= day, page => page.Added == day, page => page.Added < day || page.Added > day.AddYears(1),
            page => page.Id == "cars", page => new[] { "cars", "wine", "none" }.Contains(page.Id), page => page.Lang == Quotes, page => true, page => false,
        ];
        Page[] library = Library();
        VectorStoreCollection<string, Page> pages = await PagesAsync(library);
        foreach (Expression<Func<Page, bool>> condition in conditions)
        {
            Func<Page, bool> holds = condition.Compile();
            string[] expected = [.. library.Where(page => (page.Tags is not null || !condition.ToString().Contains("Tags")) && holds(page)).Select(page => page.Id)];
            Assert.That((await ListAsync(pages.GetAsync(condition, 100))).Select(page => page.Id), Is.EquivalentTo(expected), condition.ToString());
            List<VectorSearchResult<Page>> found = await ListAsync(pages.SearchAsync("port of the open sea, a car, wine", 100, new() { Filter = condition }));
            Assert.That(found.Select(hit => hit.Record.Id), Is.SubsetOf(expected), condition.ToString());
        }
    }

    [Test]
    public async Task Records_are_ordered_skipped_and_cut()
    {
        Page[] library = Library();
        VectorStoreCollection<string, Page> pages = await PagesAsync(library);
        List<Page> found = await ListAsync(pages.GetAsync(page => page.Year > 0, 2, new() { Skip = 1, OrderBy = order => order.Descending(page => page.Year).Ascending(page => page.Lang!) }));
        Assert.That(found.Select(page => page.Id), Is.EqualTo(library.OrderByDescending(page => page.Year).ThenBy(page => page.Lang ?? "~", StringComparer.Ordinal).Skip(1).Take(2).Select(page => page.Id)));
    }

    [Test]
    public async Task What_cannot_be_filtered_by_is_refused_and_not_filtered_afterwards()
    {
        VectorStoreCollection<string, Page> pages = await PagesAsync(Library());
        Assert.Multiple(() =>
        {
            Assert.That(async () => await ListAsync(pages.GetAsync(page => page.Note == "x", 1)), Throws.TypeOf<NotSupportedException>().With.Message.Contains("IsIndexed"));
            Assert.That(async () => await ListAsync(pages.GetAsync(page => page.Lang!.StartsWith('e'), 1)), Throws.TypeOf<NotSupportedException>().With.Message.Contains("can't be written"));
            Assert.That(async () => await ListAsync(pages.SearchAsync("car", 1, new() { IncludeVectors = true })), Throws.TypeOf<NotSupportedException>().With.Message.Contains("IncludeVectors"));
            Assert.That(async () => await ListAsync(pages.SearchAsync(new float[3], 1)), Throws.TypeOf<NotSupportedException>().With.Message.Contains("Single[]"));
            Assert.That(async () => await ListAsync(pages.SearchAsync("car", 0)), Throws.TypeOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public async Task Collections_are_made_listed_shared_reopened_and_deleted()
    {
        Assert.That(async () => await _store.GetCollection<string, Page>("pages").UpsertAsync(Library()), Throws.TypeOf<VectorStoreException>().With.Message.Contains("EnsureCollectionExistsAsync"));
        VectorStoreCollection<string, Page> pages = await PagesAsync(Library());
        await _store.GetCollection<Guid, Note>("notes").EnsureCollectionExistsAsync();
        Assert.That(await ListAsync(_store.ListCollectionNamesAsync()), Is.EqualTo(new[] { "notes", "pages" }));
        await _store.GetCollection<string, Page>("pages").DeleteAsync("wine");
        Assert.That(await pages.GetAsync("wine"), Is.Null, "one index behind both");
        _store.Dispose();

        OpenStore();
        Assert.That(await _store.GetCollection<string, Page>("pages").GetAsync("cars"), Is.Not.Null, "it was on disk when its task was done");
        await _store.EnsureCollectionDeletedAsync("pages");
        Assert.Multiple(async () =>
        {
            Assert.That(await ListAsync(_store.ListCollectionNamesAsync()), Is.EqualTo(new[] { "notes" }));
            Assert.That(await _store.CollectionExistsAsync("pages"), Is.False);
            Assert.That(() => _store.GetCollection<string, Page>("../pages"), Throws.ArgumentException.With.Message.Contains("can't be named"));
        });
    }

    [Test]
    public async Task Vectors_made_elsewhere_are_taken_as_they_are()
    {
        VectorStoreCollection<Guid, Note> notes = _store.GetCollection<Guid, Note>("notes");
        await notes.EnsureCollectionExistsAsync();
        using InferenceFreeEncoder table = InferenceFreeEncoder.BuiltIn();
        Note note = new() { Key = Guid.Parse("6f9619ff-8b86-d011-b42d-00c04fc964ff"), Body = "x", Vector = new SparseEmbedding(table.Encode(["blue whale"])[0], table.Vocabulary.Count) };
        await notes.UpsertAsync([note, new Note { Key = Guid.Parse("00000000-0000-0000-0000-000000000001"), Body = "y", Vector = new SparseEmbedding(table.Encode(["apple cake"])[0], table.Vocabulary.Count) }]);
        List<VectorSearchResult<Note>> found = await ListAsync(notes.SearchAsync(note.Vector, 1));
        Assert.That(found[0].Record.Key, Is.EqualTo(note.Key));
    }

    [Test]
    public async Task Dictionaries_are_records_too()
    {
        var definition = new VectorStoreCollectionDefinition
        {
            Properties = [new VectorStoreKeyProperty("key", typeof(long)), new VectorStoreDataProperty("lang", typeof(string)) { IsIndexed = true }, new VectorStoreVectorProperty("text", typeof(string), SparseEmbedding.BuiltInDimensions)],
        };
        VectorStoreCollection<object, Dictionary<string, object?>> things = _store.GetDynamicCollection("things", definition);
        await things.EnsureCollectionExistsAsync();
        await things.UpsertAsync([new() { ["key"] = 7L, ["lang"] = "en", ["text"] = "Repair of old cars." }, new() { ["key"] = 8L, ["lang"] = "de", ["text"] = "Repair of cars." }]);
        List<VectorSearchResult<Dictionary<string, object?>>> found = await ListAsync(things.SearchAsync("automobile", 5, new() { Filter = thing => (string)thing["lang"]! == "en" }));
        Assert.Multiple(() =>
        {
            Assert.That(found.Select(hit => hit.Record["key"]), Is.EqualTo(new object[] { 7L }));
            Assert.That(found[0].Record["text"], Is.EqualTo("Repair of old cars."), "the vector's text is the document's, where there is no other");
        });
    }

    [Test]
    public void Records_that_a_sparse_index_cannot_hold_are_refused_with_what_to_do()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => _store.GetCollection<string, WrongDimensions>("a"), Throws.ArgumentException.With.Message.Contains("[VectorStoreVector(30522)]"));
            Assert.That(() => _store.GetCollection<string, Cosine>("a"), Throws.TypeOf<NotSupportedException>().With.Message.Contains("dot product"));
            Assert.That(() => _store.GetCollection<string, TwoTexts>("a"), Throws.TypeOf<NotSupportedException>().With.Message.Contains("one text"));
            Assert.That(() => _store.GetCollection<string, NoText>("a"), Throws.TypeOf<NotSupportedException>().With.Message.Contains("has no text"));
            Assert.That(() => _store.GetCollection<int, Page>("a"), Throws.TypeOf<NotSupportedException>().With.Message.Contains("'Id' is a String"));
        });
    }

    [Test]
    public async Task A_number_that_filters_would_confuse_with_its_neighbour_is_refused()
    {
        VectorStoreCollection<string, Page> pages = await PagesAsync();
        Assert.That(async () => await pages.UpsertAsync(new Page { Id = "p", Text = "text", Size = (1L << 53) + 1 }), Throws.ArgumentException.With.Message.Contains("9007199254740993"));
        await Gen.Long[-(1L << 53), 1L << 53].Array[20].SampleAsync(async sizes =>
        {
            await pages.UpsertAsync(sizes.Select((size, i) => new Page { Id = $"p{i}", Text = "text", Size = size }));
            long middle = sizes[7];
            Assert.That((await ListAsync(pages.GetAsync(page => page.Size >= middle, 100))).Select(page => page.Id), Is.EquivalentTo(Enumerable.Range(0, 20).Where(i => sizes[i] >= middle).Select(i => $"p{i}")));
        }, iter: 5, threads: 1);
    }

    private const string Quotes = "a\"b\\c'";

    private static Page[] Library() =>
    [
        new() { Id = "cars", Title = "Garage", Text = "Repair of old cars and trucks.", Lang = "en", Tags = ["net", "unix"], Year = 1990, Price = 0.25, Rating = 3, Added = new(2020, 5, 17, 0, 0, 0, TimeSpan.Zero) },
        new() { Id = "ports", Title = "Open ports", Text = "A port is open when a program listens.", Lang = "en", Tags = ["net"], Year = 2001, Draft = true, Rating = 5, Added = new(2019, 12, 31, 23, 59, 59, TimeSpan.Zero) },
        new() { Id = "sea", Title = "Harbours", Text = "The port of a town by the sea.", Lang = "de", Tags = [], Year = 2020, Price = -7, Added = new(2022, 1, 1, 0, 0, 0, TimeSpan.FromHours(3)) },
        new() { Id = "wine", Text = "Port is a wine from Portugal, drunk by the glass.", Year = 2020, Price = 25, Added = new(2020, 5, 17, 8, 0, 0, TimeSpan.Zero) },
        new() { Id = "odd", Text = "A line with quotes.", Lang = Quotes, Year = 1 },
    ];

    private async Task<VectorStoreCollection<string, Page>> PagesAsync(params Page[] records)
    {
        VectorStoreCollection<string, Page> pages = _store.GetCollection<string, Page>("pages");
        await pages.EnsureCollectionExistsAsync();
        if (records.Length > 0)
        {
            await pages.UpsertAsync(records);
        }

        return pages;
    }

    private sealed class Page
    {
        [VectorStoreKey]
        public string Id { get; set; } = "";

        [VectorStoreData]
        public string? Title { get; set; }

        [VectorStoreData(IsFullTextIndexed = true)]
        public string Text { get; set; } = "";

        [VectorStoreData(IsIndexed = true)]
        public string? Lang { get; set; }

        [VectorStoreData(IsIndexed = true)]
        public string[]? Tags { get; set; }

        [VectorStoreData(IsIndexed = true)]
        public int Year { get; set; }

        [VectorStoreData(IsIndexed = true)]
        public long Size { get; set; }

        [VectorStoreData(IsIndexed = true)]
        public double Price { get; set; }

        [VectorStoreData(IsIndexed = true, StorageName = "stars")]
        public int? Rating { get; set; }

        [VectorStoreData(IsIndexed = true)]
        public DateTimeOffset Added { get; set; }

        [VectorStoreData(IsIndexed = true)]
        public bool Draft { get; set; }

        [VectorStoreData]
        public string? Note { get; set; }

        [VectorStoreVector(SparseEmbedding.BuiltInDimensions)]
        public string Embedding => Text;
    }

    private sealed class Note
    {
        [VectorStoreKey]
        public Guid Key { get; set; }

        [VectorStoreData(IsFullTextIndexed = true)]
        public string Body { get; set; } = "";

        [VectorStoreVector(SparseEmbedding.BuiltInDimensions)]
        public SparseEmbedding? Vector { get; set; }
    }

    private sealed class WrongDimensions
    {
        [VectorStoreKey]
        public string Id { get; set; } = "";

        [VectorStoreVector(768)]
        public string Text { get; set; } = "";
    }

    private sealed class Cosine
    {
        [VectorStoreKey]
        public string Id { get; set; } = "";

        [VectorStoreVector(SparseEmbedding.BuiltInDimensions, DistanceFunction = DistanceFunction.CosineSimilarity)]
        public string Text { get; set; } = "";
    }

    private sealed class TwoTexts
    {
        [VectorStoreKey]
        public string Id { get; set; } = "";

        [VectorStoreData(IsFullTextIndexed = true)]
        public string One { get; set; } = "";

        [VectorStoreData(IsFullTextIndexed = true)]
        public string Two { get; set; } = "";

        [VectorStoreVector(SparseEmbedding.BuiltInDimensions)]
        public string Text { get; set; } = "";
    }

    private sealed class NoText
    {
        [VectorStoreKey]
        public string Id { get; set; } = "";

        [VectorStoreVector(SparseEmbedding.BuiltInDimensions)]
        public SparseEmbedding? Vector { get; set; }
    }
}
