using Sparse.Evaluation;

namespace Sparse.Formats.Tests;

public sealed class CorpusTests
{
    private CorpusFolder _folder = null!;

    [SetUp]
    public void Make_a_folder() => _folder = new CorpusFolder();

    [TearDown]
    public void Remove_the_folder() => _folder.Dispose();

    [Test]
    public void A_folder_is_walked_in_order_and_each_file_read_by_its_name()
    {
        _folder.Write("b/two.md", "# Two\n\ntext");
        _folder.Write("b/.hidden.txt", "no");
        _folder.Write(".git/x.txt", "no");
        _folder.Write("a.txt", "one");
        _folder.Write("c.html", "<title>Three</title><p>x");
        _folder.Write("d.bin", "?");
        _folder.Write("e.csv", "id,text\nfour,x\n");
        _folder.Write("z/corpus.jsonl", "{\"_id\":\"five\",\"text\":\"x\"}\n");
        _folder.Write("z/queries.jsonl", "{\"_id\":\"q\",\"text\":\"x\"}\n");

        Corpus corpus = Corpus.Open([_folder.Root]);

        Assert.That(corpus.Select(document => document.Id), Is.EqualTo(["a.txt", "b/two.md", "c.html", "four", "five"]));
        Assert.That(corpus.SkippedFiles.Select(Path.GetFileName), Is.EqualTo(["d.bin"]));
        Assert.That(corpus.BytesRead, Is.EqualTo(corpus.BytesTotal).And.GreaterThan(0));
    }

    [Test]
    public void Ids_of_several_inputs_begin_with_the_input()
    {
        _folder.Write("x/readme.txt", "1");
        _folder.Write("y/readme.txt", "2");
        string x = Path.Combine(_folder.Root, "x");
        string y = Path.Combine(_folder.Root, "y") + "/";
        Assert.That(Corpus.Open([x, y]).Select(document => document.Id), Is.EqualTo([x + "/readme.txt", y + "readme.txt"]));
        Assert.That(Corpus.Open([x]).Single().Id, Is.EqualTo("readme.txt"));
    }

    [Test]
    public void A_named_format_takes_its_own_files_and_text_takes_all()
    {
        _folder.Write("a.md", "# A");
        _folder.Write("b.txt", "B");
        _folder.Write("c.cs", "C");
        Assert.That(Corpus.Open([_folder.Root], CorpusFormat.Markdown).Select(document => document.Id), Is.EqualTo(["a.md"]));
        Assert.That(Corpus.Open([_folder.Root], CorpusFormat.Text).Select(document => document.Text), Is.EqualTo(["# A", "B", "C"]));
    }

    [TestCase("notes", "plain words", "plain words")]
    [TestCase("page", "\n<!DOCTYPE html><p>words", "words")]
    [TestCase("lines", " {\"id\":\"1\",\"text\":\"words\"}", "words")]
    public void A_file_whose_name_tells_nothing_is_told_by_its_content(string name, string content, string text) =>
        Assert.That(_folder.Read(name, content).Single().Text, Is.EqualTo(text));

    [Test]
    public void Missing_inputs_and_folders_without_documents_are_named()
    {
        Assert.That(() => Corpus.Open([]), Throws.ArgumentException);
        Assert.That(() => Corpus.Open([Path.Combine(_folder.Root, "nope")]), Throws.TypeOf<BadInputException>().With.Message.Contains("no such file or folder"));
        Assert.That(() => Corpus.Open([_folder.Root]), Throws.TypeOf<BadInputException>().With.Message.Contains("no file of a known kind"));
        Assert.That(() => Corpus.Open([_folder.Root], CorpusFormat.Beir), Throws.TypeOf<BadInputException>().With.Message.Contains("no corpus.jsonl"));
        Assert.That(() => Corpus.Open([_folder.Root], CorpusFormat.Html), Throws.TypeOf<BadInputException>().With.Message.Contains("format html"));
    }

    [Test]
    public void A_binary_file_is_no_text_and_can_be_skipped()
    {
        _folder.WriteBytes("a.txt", [80, 75, 3, 4, 0, 0]);
        _folder.WriteBytes("b.txt", [0xFF, 0xFE, 65, 0]);
        _folder.Write("c.txt", "words\r\nmore\r\n");
        var bad = new List<string>();
        Corpus corpus = Corpus.Open([_folder.Root], options: new CorpusOptions { OnBadInput = exception => bad.Add(exception.Problem) });
        Assert.That(corpus.Single().Text, Is.EqualTo("words\nmore"));
        Assert.That(bad, Has.Count.EqualTo(2));
        Assert.That(bad[0], Does.Contain("binary"));
        Assert.That(bad[1], Does.Contain("UTF-8"));
        Assert.That(() => Corpus.Open([_folder.Root]).ToList(), Throws.TypeOf<BadInputException>());
    }

    [Test]
    public void A_link_to_a_folder_above_does_not_loop()
    {
        _folder.Write("a/b.txt", "x");
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(_folder.Root, "a", "up"), _folder.Root);
        }
        catch (IOException)
        {
            Assert.Ignore("skipped: this user may not make links");
        }

        Assert.That(Corpus.Open([_folder.Root]).Select(document => document.Id), Is.EqualTo(["a/b.txt"]));
    }

    [Test]
    public void The_sample_corpus_is_whole_and_its_judgements_name_its_queries_and_documents()
    {
        string folder = Path.Combine(Repository(), "samples", "corpus");
        HashSet<string> documents = [.. Corpus.Open([folder]).Select(document => document.Id)];
        HashSet<string> queries = [.. QueryFile.Read(Path.Combine(folder, "queries.jsonl")).Select(query => query.Id)];
        Qrels qrels = Qrels.Read(Path.Combine(folder, "qrels", "test.tsv"));
        Assert.That(documents, Has.Count.EqualTo(342));
        Assert.That(qrels.QueryIds, Is.EquivalentTo(queries).And.Count.EqualTo(120));
        Assert.That(qrels.QueryIds.SelectMany(id => qrels.Judgements(id).Keys), Is.SubsetOf(documents));
    }

    [Test]
    public void Every_shared_collection_is_read_whole()
    {
        string data = Path.Combine(Repository(), "..", "shared", "data");
        if (!Directory.Exists(data))
        {
            Assert.Ignore("skipped: ../shared/data is not here");
        }

        foreach ((string name, int documents) in new[] { ("cranfield", 1_400), ("scifact", 5_183), ("chunking-eval", 2_057), ("vespa-docs-qa", 2_077) })
        {
            Assert.That(Corpus.Open([Path.Combine(data, name)]).Count(), Is.EqualTo(documents), name);
            Assert.That(QueryFile.Read(Path.Combine(data, name, "queries.jsonl")), Is.Not.Empty, name);
        }
    }

    private static string Repository()
    {
        string? folder = TestContext.CurrentContext.TestDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Sparse.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("No folder above the test assembly holds Sparse.sln.");
    }
}
