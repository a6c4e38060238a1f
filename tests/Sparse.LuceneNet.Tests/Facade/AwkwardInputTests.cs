namespace Sparse.LuceneNet.Tests.Facade;

[TestFixture]
internal sealed class AwkwardInputTests : IndexFixture
{
    [TestCase("日本語")]
    [TestCase("a b\tc\n\"d\" + - && || ! ( ) { } [ ] ^ ~ * ? : \\ /")]
    [TestCase("😀👩‍👩‍👧")]
    [TestCase("nul\0inside")]
    [TestCase("é")]
    public void Any_well_formed_id_is_found_replaced_and_deleted(string id)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add([Doc("other", "port"), Doc(id, "port")]);
        Assert.That(index.Add(Doc(id, "a new port")), Is.EqualTo(1));
        index.Commit();
        Assert.That(index.Get(id)!.Id, Is.EqualTo(id));
        Assert.That(Ids(index.Search("new")), Is.EqualTo(new[] { id }));
        Assert.That(index.Delete(id), Is.EqualTo(1));
        index.Commit();
        Assert.That(index.Count, Is.EqualTo(1));
        Assert.That(index.Get(id), Is.Null);
    }

    [Test]
    public void An_id_of_32766_bytes_is_kept_and_a_longer_one_refused_with_both_numbers()
    {
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder: null);
        string longest = new string('é', 16_383);
        index.Add(Doc(longest, "port"));
        Assert.That(() => index.Add([Doc("fine", "port"), Doc(new string('x', 1 << 20), "port")]),
            Throws.ArgumentException.With.Message.Contains("1048576").And.Message.Contains("32766").And.Message.Length.LessThan(300));
        index.Commit();
        Assert.That(Ids(index.Search("port")), Is.EqualTo(new[] { longest }), "nothing of the refused list was added");
    }

    [Test]
    public void Ids_that_no_file_can_keep_and_reserved_field_names_are_refused()
    {
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder: null);
        Assert.That(() => index.Add(Doc("", "x")), Throws.ArgumentException.With.Message.Contains("empty"));
        Assert.That(() => index.Add(Doc("half\ud83d", "x")), Throws.ArgumentException.With.Message.Contains("surrogate"));
        foreach (string name in new[] { "id", "title", "text", "sparse", "" })
        {
            Assert.That(() => index.Add(new SparseDocument("a", "x") { Fields = { [name] = "y" } }), Throws.ArgumentException.With.Message.Contains($"'{name}'"));
        }

        index.Add(Doc("a", "port"));
        index.Commit();
        Assert.That(index.Count, Is.EqualTo(1), "a refused document does not stop the next one");
    }

    [Test]
    public void Null_and_control_characters_in_texts_are_kept_and_separate_words()
    {
        string text = string.Concat(Enumerable.Range(0, 32).Select(c => (char)c)) + "open\0ports\u0085\u2028\ufffe\ufeff" + new string('x', 100_000);
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add([Doc("a", text), Doc("empty", "")]);
        index.Commit();
        Assert.That(index.Get("a")!.Text, Is.EqualTo(text));
        Assert.That(Ids(index.Search("ports", 10, new SearchOptions { Mode = SearchMode.Bm25 })), Is.EqualTo(new[] { "a" }));
        Assert.That(index.Get("empty")!.Text, Is.Empty);
        Assert.That(index.Check().Problems, Is.Empty);
    }

    [Test]
    public void A_weight_past_the_range_is_counted()
    {
        using var encoder = new HashEncoder(maxWeight: 2);
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder, new SparseIndexOptions { MaxWeight = 1.5f });
        Assert.That(index.Scale, Is.EqualTo(1.5f / 255));
        index.Add(Doc("a", "port port port port ship"));
        Assert.That(index.SaturatedWeights, Is.EqualTo(1));
    }

    [Test]
    public void Documents_are_pruned_and_queries_are_not()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder, new SparseIndexOptions { Pruning = new() { KeepTerms = 2 } });
        index.Add([Doc("a", "port port port ship ship call"), Doc("b", "call")]);
        index.Commit();
        Assert.That(index.Statistics().Postings, Is.EqualTo(3));
        Assert.That(Ids(index.Search("port port ship ship call")), Is.EquivalentTo(new[] { "a", "b" }));
    }

    [Test]
    public void Options_out_of_range_are_refused_and_leave_no_index()
    {
        foreach (SparseIndexOptions options in new SparseIndexOptions[] { new() { Bm25K1 = -1 }, new() { Bm25B = 1.1f }, new() { Bm25B = float.NaN }, new() { RamBufferMegabytes = 0 } })
        {
            Assert.That(() => SparseIndex.Create(IndexPath, null, options), Throws.InstanceOf<ArgumentException>());
            Assert.That(SparseIndex.Exists(IndexPath), Is.False);
        }

        using var encoder = new HashEncoder();
        Assert.That(() => SparseIndex.Create(IndexPath, encoder, new SparseIndexOptions { MaxWeight = 0 }), Throws.InstanceOf<ArgumentException>());
        SparseIndex.Create(IndexPath, encoder).Dispose();
    }
}
