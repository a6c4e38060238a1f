using Examine;
using Examine.Sparse;
using ExampleSite;
using Sparse.Encoders.Splade;

namespace Sparse.Samples.Tests;

/// <summary>samples/Examine: a site that speaks to Examine's interfaces, with this engine behind them.</summary>
internal sealed class ExamineTests
{
    private static readonly FieldDefinition[] Fields = [new("tag", "raw"), new("updateDate", "datetime"), new("price", "int")];
    private string _folder = "";
    private SpladeEncoder _encoder = null!;
    private SparseExamineIndex _index = null!;
    private Site _site = null!;

    [SetUp]
    public void Publish()
    {
        _folder = Directory.CreateTempSubdirectory("sparse-examine-").FullName;
        _encoder = SpladeEncoder.BuiltIn();
        _index = new SparseExamineIndex("ExternalIndex", _folder, _encoder, Fields);
        _site = new Site(new Manager(_index));
        _site.Publish(1, "Repair of old cars", "Engines and brakes.", "workshop", new DateTime(2024, 5, 1));
        _site.Publish(2, "Apple cake", "Flour, apples and an oven.", "kitchen", new DateTime(2025, 9, 1));
        _site.Publish(3, "The car park", "Where visitors leave theirs.", "visitors", new DateTime(2023, 1, 1));
    }

    [TearDown]
    public void Remove()
    {
        _index.Dispose();
        _encoder.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Site_finds_by_meaning_and_keeps_its_filters()
    {
        Assert.Multiple(() =>
        {
            Assert.That(_site.Search("automobile mechanic").First().Id, Is.EqualTo("1"), "no word of the query is in the article");
            Assert.That(_site.Search("car", tag: "visitors").Select(result => result.Id), Is.EqualTo(new[] { "3" }));
            Assert.That(_site.Search("car", since: new DateTime(2024, 1, 1)).Select(result => result.Id), Does.Contain("1").And.Not.Contain("3"));
            Assert.That(_site.Search("apple").First()["nodeName"], Is.EqualTo("Apple cake"));
            Assert.That(_site.Search("apple").First()["tag"], Is.EqualTo("kitchen"));
        });
    }

    [Test]
    public void Items_are_replaced_deleted_and_there_after_a_restart()
    {
        _site.Publish(2, "Pear tart", "Pears and butter.", "kitchen", new DateTime(2025, 10, 1));
        _site.Unpublish(3);
        _index.Dispose();
        _index = new SparseExamineIndex("ExternalIndex", _folder, _encoder, Fields);
        _site = new Site(new Manager(_index));
        Assert.Multiple(() =>
        {
            Assert.That(_site.Search("pear").First()["nodeName"], Is.EqualTo("Pear tart"));
            Assert.That(_site.Search("visitors").Select(result => result.Id), Does.Not.Contain("3"));
            Assert.That(_index.IndexExists(), Is.True);
        });
        _index.CreateIndex();
        Assert.That(_site.Search("pear"), Is.Empty);
    }

    [Test]
    public void Query_takes_negations_groups_ranges_orders_and_pages()
    {
        ISearcher searcher = _index.Searcher;
        _index.IndexItems([.. Enumerable.Range(10, 30).Select(i => new ValueSet($"{i}", "content", i % 2 == 0 ? "even" : "odd", new Dictionary<string, object> { ["nodeName"] = $"Clock {i}", ["bodyText"] = "It shows the time.", ["tag"] = "clock", ["price"] = i }))]);
        string[] Ids(IBooleanOperation query, QueryOptions? options = null) => [.. query.Execute(options).Select(result => result.Id)];
        Assert.Multiple(() =>
        {
            Assert.That(Ids(searcher.CreateQuery("content").ManagedQuery("car").Not().Field("tag", "visitors")), Does.Contain("1").And.Not.Contain("3"));
            Assert.That(Ids(searcher.CreateQuery().ManagedQuery("apple car").And().GroupedOr(["tag"], "kitchen", "visitors")), Is.EquivalentTo(new[] { "2", "3" }));
            Assert.That(Ids(searcher.CreateQuery().ManagedQuery("clock").And().RangeQuery<int>(["price"], 12, 14).OrderByDescending("price")), Is.EqualTo(new[] { "14", "13", "12" }));
            Assert.That(Ids(searcher.CreateQuery().ManagedQuery("clock").And().Field(SparseExamineIndex.ItemTypeField, "odd").OrderBy("price"), QueryOptions.SkipTake(2, 2)), Is.EqualTo(new[] { "15", "17" }));
            Assert.That(searcher.Search("clock", QueryOptions.SkipTake(0, 5)).TotalItemCount, Is.EqualTo(30));
            Assert.That(searcher.CreateQuery("media").ManagedQuery("clock").Execute(), Is.Empty);
            Assert.That(() => searcher.CreateQuery().Field("tag", "clock").Execute(), Throws.TypeOf<NotSupportedException>().With.Message.Contains("ManagedQuery"));
        });
    }

    [Test]
    public void Item_that_cannot_be_kept_is_reported_and_keeps_no_other_out()
    {
        var errors = new List<IndexingErrorEventArgs>();
        int indexed = 0;
        _index.IndexingError += (_, error) => errors.Add(error);
        _index.IndexOperationComplete += (_, done) => indexed += done.ItemsIndexed;
        ValueSet Item(string id, object price) => new(id, "content", "article", new Dictionary<string, object> { ["nodeName"] = "Teapot", ["price"] = price });
        _index.IndexItems([Item("7", 5), Item("8", "cheap"), Item("9", 6)]);
        Assert.That(errors.Select(error => error.ItemId), Is.EqualTo(new[] { "8" }));
        Assert.That(errors[0].Message, Does.Contain("price").And.Contain("cheap"));
        Assert.That(indexed, Is.EqualTo(2));
        Assert.That(_index.Searcher.Search("teapot").Select(result => result.Id), Is.SupersetOf(new[] { "7", "9" }));
    }
}
