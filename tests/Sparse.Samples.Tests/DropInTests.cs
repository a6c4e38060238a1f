extern alias after;
extern alias before;
using Lucene.Net.Search;
using Sparse.Formats;
using After = after::DropIn;
using Before = before::DropIn;

namespace Sparse.Samples.Tests;

/// <summary>samples/DropIn: what it takes to put Sparse into an application that has its own Lucene.NET index.</summary>
internal sealed class DropInTests
{
    private static readonly string[] Queries = ["disk", "copy AND files", "title:git OR shelf:g", "\"command line\"", "pack* -tar", "year:[1980 TO 1990]", "files directory list~1"];
    private static readonly Sort ByYear = new(new SortField("year", SortFieldType.INT32, reverse: true), SortField.FIELD_DOC);
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("sparse-drop-in-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Change_to_the_application_is_at_most_15_lines()
    {
        string samples = Path.Combine(Repository.Root, "samples", "DropIn");
        int changed = Files(Path.Combine(samples, "Before")).Concat(Files(Path.Combine(samples, "After"))).Distinct()
            .Sum(file => LinesChanged(Lines(samples, "Before", file), Lines(samples, "After", file)));
        Assert.That(changed, Is.InRange(1, 15), "lines added plus lines removed, project files included");
    }

    [Test]
    public void Old_index_opens_unchanged_and_old_queries_give_the_same_books_in_the_same_order()
    {
        string[][] expected, sorted;
        SortedDictionary<string, int> shelves;
        using (var catalogue = new Before.Catalogue(_folder))
        {
            foreach (Page page in Pages())
            {
                catalogue.Put(new Before.Book(page.Id, page.Title, page.Text, page.Shelf, page.Year));
            }

            expected = [.. Queries.Select(query => catalogue.Search(query).Select(book => book.Id).ToArray())];
            sorted = [.. Queries.Select(query => catalogue.Search(query, ByYear).Select(book => book.Id).ToArray())];
            shelves = catalogue.Shelves("files");
        }

        using var after = new After.Catalogue(_folder);
        Assert.Multiple(() =>
        {
            Assert.That(expected.Sum(ids => ids.Length), Is.GreaterThan(30), "the queries must find something");
            Assert.That(Queries.Select(query => after.Search(query).Select(book => book.Id).ToArray()), Is.EqualTo(expected));
            Assert.That(Queries.Select(query => after.Search(query, ByYear).Select(book => book.Id).ToArray()), Is.EqualTo(sorted));
            Assert.That(after.Shelves("files"), Is.EqualTo(shelves));
        });
    }

    [Test]
    public void Meaning_finds_what_shares_no_word_with_the_query_and_both_together_find_either()
    {
        using (var catalogue = new Before.Catalogue(_folder))
        {
            catalogue.Put(new Before.Book("old", "Mechanic wanted", "Written before there were vectors.", "jobs", 1990));
        }

        using var after = new After.Catalogue(_folder);
        after.Put(new After.Book("car", "Repair of old cars", "Engines and brakes.", "technology", 2001));
        after.Put(new After.Book("cake", "Apple cake", "Flour and apples.", "kitchen", 2015));
        Assert.Multiple(() =>
        {
            Assert.That(after.Search("automobile mechanic").Select(book => book.Id), Is.EqualTo(new[] { "old" }));
            Assert.That(after.SearchByMeaning("automobile mechanic")[0].Id, Is.EqualTo("car"));
            Assert.That(after.SearchBoth("automobile mechanic").Select(book => book.Id), Is.SupersetOf(new[] { "old", "car" }));
        });
    }

    private static IEnumerable<Page> Pages() => Corpus.Open([Path.Combine(Repository.Root, "samples", "corpus")]).Take(150)
        .Select(document => new Page(document.Id, document.Title ?? "", document.Text, document.Id[..1], 1970 + (document.Text.Length % 50)));

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder).Where(path => Path.GetExtension(path) is ".cs" or ".csproj").Select(path => Path.GetFileName(path).Replace("Before", "*", StringComparison.Ordinal).Replace("After", "*", StringComparison.Ordinal));

    private static string[] Lines(string samples, string side, string file)
    {
        string path = Path.Combine(samples, side, file.Replace("*", side, StringComparison.Ordinal));
        return File.Exists(path) ? File.ReadAllLines(path) : [];
    }

    // What diff counts: lines outside the longest common subsequence.
    private static int LinesChanged(string[] left, string[] right)
    {
        var common = new int[left.Length + 1, right.Length + 1];
        for (int i = 1; i <= left.Length; i++)
        {
            for (int j = 1; j <= right.Length; j++)
            {
                common[i, j] = left[i - 1] == right[j - 1] ? common[i - 1, j - 1] + 1 : Math.Max(common[i - 1, j], common[i, j - 1]);
            }
        }

        return left.Length + right.Length - (2 * common[left.Length, right.Length]);
    }

    private sealed record Page(string Id, string Title, string Text, string Shelf, int Year);
}
