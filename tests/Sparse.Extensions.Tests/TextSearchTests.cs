using Microsoft.SemanticKernel.Data;
using Sparse.Extensions.SemanticKernel;
using Sparse.LuceneNet;

namespace Sparse.Extensions.Tests;

internal sealed class TextSearchTests : Scratch
{
    [Test]
    public async Task Kernel_gets_texts_names_and_links_of_what_was_found_by_meaning_and_words()
    {
        using SparseIndex index = Library(Encoder);
        var search = new SparseTextSearch(index);
        List<SearchHit> hits = await ListAsync((await search.GetSearchResultsAsync("automobile mechanic", new() { Top = 2 })).Results);
        List<string> texts = await ListAsync((await search.SearchAsync("automobile mechanic", new() { Top = 2 })).Results);
        List<TextSearchResult> results = await ListAsync((await search.GetTextSearchResultsAsync("automobile mechanic", new() { Top = 2 })).Results);
        Assert.Multiple(() =>
        {
            Assert.That(hits[0].Id, Is.EqualTo("cars"));
            Assert.That(hits[0].Legs, Is.Not.Empty, "hybrid");
            Assert.That(texts, Is.EqualTo(hits.Select(hit => hit.Text)));
            Assert.That((results[0].Name, results[0].Link, results[0].Value), Is.EqualTo(("Garage", "https://example.org/cars", "Repair of old cars.")));
        });
    }

    [Test]
    public async Task Conditions_of_the_kernel_and_of_the_application_both_hold()
    {
        using SparseIndex index = Library(Encoder);
        var search = new SparseTextSearch(index, new SearchOptions { Filter = "year >= 2000" });
        List<SearchHit> german = await ListAsync((await search.GetSearchResultsAsync("car", new() { Top = 9, Filter = hit => hit.Fields["lang"] == "de" })).Results);
        Assert.Multiple(() =>
        {
            Assert.That(german.Select(hit => hit.Id), Is.EqualTo(new[] { "new" }));
            Assert.That(async () => await search.SearchAsync("car", new() { Filter = hit => hit.Title == "Garage" }), Throws.TypeOf<NotSupportedException>());
        });
    }

    [Test]
    public async Task Index_of_text_alone_is_searched_by_words()
    {
        using SparseIndex index = Library(null);
        List<string> texts = await ListAsync((await new SparseTextSearch(index).SearchAsync("trucks", new() { Top = 9 })).Results);
        Assert.That(texts, Is.EqualTo(new[] { "New trucks, cheap." }));
    }

    private SparseIndex Library(Sparse.Vectors.ITermEncoder? encoder)
    {
        SparseIndex index = SparseIndex.Create(Path.Combine(Folder, "index"), encoder, new SparseIndexOptions { Fields = [new("lang", FieldKind.Keyword), new("year", FieldKind.Number)] });
        index.Add(
        [
            new SparseDocument("cars", "Repair of old cars.") { Title = "Garage", Fields = { ["lang"] = "de", ["year"] = "1990", ["url"] = "https://example.org/cars" } },
            new SparseDocument("new", "New trucks, cheap.") { Fields = { ["lang"] = "de", ["year"] = "2020" } },
            new SparseDocument("cake", "Apple cake.") { Fields = { ["lang"] = "en", ["year"] = "2021" } },
        ]);
        index.Commit();
        return index;
    }
}
