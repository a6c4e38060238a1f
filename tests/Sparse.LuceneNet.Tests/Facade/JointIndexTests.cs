namespace Sparse.LuceneNet.Tests.Facade;

/// <summary>Several folders opened as one index are what one index that holds all their documents is.</summary>
[TestFixture]
internal sealed class JointIndexTests : IndexFixture
{
    private static readonly SparseIndexOptions Options = new() { Fields = [new("year", FieldKind.Number), new("lang", FieldKind.Keyword)] };

    [Test]
    public void Several_folders_find_what_one_index_of_all_documents_finds([Range(1, 8)] int seed)
    {
        var random = new Random(seed);
        using var encoder = new HashEncoder();
        int parts = random.Next(2, 5);
        string[] folders = [.. Enumerable.Range(0, parts).Select(part => PathOf($"part{part}"))];
        var all = new List<SparseDocument>();
        List<string> gone = [];
        for (int part = 0; part < parts; part++)
        {
            // Few words and few documents of each kind, so that scores tie; a folder may be empty.
            SparseDocument[] documents = [.. Enumerable.Range(0, random.Next(60) * (part + seed) % 61).Select(i => Document(random, $"{part}-{i}"))];
            string[] deleted = [.. documents.Where(_ => random.Next(8) == 0).Select(document => document.Id)];
            Write(folders[part], encoder, documents, deleted, random);
            all.AddRange(documents);
            gone.AddRange(deleted);
        }

        Write(PathOf("whole"), encoder, [.. all], [.. gone], random);
        using SparseIndex joint = SparseIndex.OpenAsOne(folders, encoder);
        using SparseIndex whole = SparseIndex.OpenReadOnly(PathOf("whole"), encoder);
        Assert.That(joint.Count, Is.EqualTo(whole.Count));
        foreach (SearchMode mode in Enum.GetValues<SearchMode>())
        {
            foreach (int k in new[] { 1, 7, 200 })
            {
                string query = $"word{random.Next(12)} word{random.Next(12)} word3";
                var options = new SearchOptions { Mode = mode };
                AssertSame(joint, whole, query, k, options);
                AssertSame(joint, whole, query, k, options with { Filter = "year >= 2000 and lang = en" });
                if (mode != SearchMode.Hybrid)
                {
                    AssertSame(joint, whole, query, k, options with { Sort = [new("year")], Facets = ["lang"] });
                    AssertSame(joint, whole, query, k, options with { Facets = ["lang", "year"], Filter = "lang = de", FilteredStatistics = mode == SearchMode.Bm25 });
                }
            }
        }
    }

    [Test]
    public void Equal_scores_come_in_the_order_of_the_folders()
    {
        using var encoder = new HashEncoder();
        foreach (string name in new[] { "a", "b", "c" })
        {
            Write(PathOf(name), encoder, [Doc($"{name}1", "ship"), Doc($"{name}2", "ship")], [], new Random(1));
        }

        using SparseIndex joint = SparseIndex.OpenAsOne([PathOf("c"), PathOf("a"), PathOf("b")], encoder);
        Assert.That(Ids(joint.Search("ship", 5)), Is.EqualTo(new[] { "c1", "c2", "a1", "a2", "b1" }));
        Assert.That((joint.Get("b2")!.Text, joint.Get("d")), Is.EqualTo(("ship", (SparseDocument?)null)));
        Assert.That((joint.Statistics().Documents, joint.Statistics().Bytes), Is.EqualTo((6, new[] { "a", "b", "c" }.Sum(name => SizeOf(PathOf(name), encoder)))));
        Assert.That((joint.Check().IsClean, joint.Check().Documents), Is.EqualTo((true, 6)));
    }

    [Test]
    public void A_refresh_shows_what_was_committed_to_any_folder()
    {
        using var encoder = new HashEncoder();
        Write(PathOf("a"), encoder, [Doc("a1", "ship")], [], new Random(1));
        Write(PathOf("b"), encoder, [Doc("b1", "ship")], [], new Random(1));
        using SparseIndex joint = SparseIndex.OpenAsOne([PathOf("a"), PathOf("b")], encoder);
        for (int i = 2; i < 6; i++)
        {
            using (SparseIndex writer = SparseIndex.Open(PathOf(i % 2 == 0 ? "b" : "a"), encoder))
            {
                writer.Add(Doc($"more{i}", "ship"));
                writer.Commit();
            }

            Assert.That(joint.Search("ship", 10).Hits, Has.Count.EqualTo(i), "nothing moves before the refresh");
            joint.Refresh();
            Assert.That(joint.Search("ship", 10).Hits, Has.Count.EqualTo(i + 1));
        }
    }

    [Test]
    public void Folders_that_do_not_belong_together_are_refused_with_both_names()
    {
        using var encoder = new HashEncoder();
        using var other = new HashEncoder("other");
        Write(PathOf("a"), encoder, [Doc("a1", "ship")], [], new Random(1));
        Write(PathOf("b"), other, [Doc("b1", "ship")], [], new Random(1));
        SparseIndex.Create(PathOf("c"), encoder).Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(() => SparseIndex.OpenAsOne([PathOf("a"), PathOf("b")], encoder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(PathOf("a")).And.Message.Contains(PathOf("b")));
            Assert.That(() => SparseIndex.OpenAsOne([PathOf("a"), PathOf("c")], encoder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("no fields"));
            Assert.That(() => SparseIndex.OpenAsOne([PathOf("a"), PathOf("none")], encoder), Throws.InstanceOf<IOException>().With.Message.Contains("none"));
            Assert.That(() => SparseIndex.OpenAsOne([PathOf("a"), PathOf("a") + "/."], encoder), Throws.ArgumentException.With.Message.Contains("twice"));
            Assert.That(() => SparseIndex.OpenAsOne([], encoder), Throws.ArgumentException);
        });
        using SparseIndex alone = SparseIndex.OpenAsOne([PathOf("a")], encoder);
        Assert.That(alone.DirectoryPath, Is.EqualTo(PathOf("a")));
    }

    private static void AssertSame(SparseIndex joint, SparseIndex whole, string query, int k, SearchOptions options)
    {
        SearchResult found = joint.Search(query, k, options), expected = whole.Search(query, k, options);
        Assert.That(found.Hits.Select(hit => (hit.Rank, hit.Id, hit.Score, hit.Text)), Is.EqualTo(expected.Hits.Select(hit => (hit.Rank, hit.Id, hit.Score, hit.Text))), $"{query}, {k}, {options}");
        Assert.That(found.Matches, Is.EqualTo(expected.Matches));
        Assert.That(found.Facets.SelectMany(facet => facet.Value), Is.EqualTo(expected.Facets.SelectMany(facet => facet.Value)));
    }

    private static void Write(string folder, HashEncoder encoder, SparseDocument[] documents, string[] deleted, Random random)
    {
        // Few segments: Lucene merges ten in any order, and equal scores come in the order of the documents.
        using SparseIndex index = SparseIndex.Create(folder, encoder, Options);
        foreach (SparseDocument[] some in documents.Chunk(Math.Max(random.Next(5, 80), (documents.Length / 6) + 1)))
        {
            index.Add(some);
            index.Commit();
        }

        index.Delete(deleted);
        index.Commit();
    }

    private static long SizeOf(string folder, HashEncoder encoder)
    {
        using SparseIndex index = SparseIndex.OpenReadOnly(folder, encoder);
        return index.Statistics().Bytes;
    }

    private static SparseDocument Document(Random random, string id) => new(id, string.Join(' ', Enumerable.Range(0, random.Next(1, 6)).Select(_ => $"word{random.Next(12)}")))
    {
        Fields = { ["year"] = $"{1995 + random.Next(10)}", ["lang"] = random.Next(3) == 0 ? "de" : "en" },
    };
}
