namespace Sparse.Formats.Tests;

public sealed class MarkdownTests
{
    private CorpusFolder _folder = null!;

    [SetUp]
    public void Make_a_folder() => _folder = new CorpusFolder();

    [TearDown]
    public void Remove_the_folder() => _folder.Dispose();

    [TestCase("# Title #\n\nBody", "Title", "Body")]
    [TestCase("Intro\n\n## First *one*\n\nBody\n\n# Second", "First *one*", "Intro\n\n\nBody\n\nSecond")]
    [TestCase("Title\n=====\nBody", "Title", "Body")]
    [TestCase("Title\n---\nBody", "Title", "Body")]
    [TestCase("---\ntitle: 'Front'\ntags: [a]\n---\n# Head\nBody", "Head", "Body")]
    [TestCase("---\ntitle: \"Front: matter\"\n---\nBody", "Front: matter", "Body")]
    [TestCase("+++\ntitle = \"Hugo\"\n+++\nBody", "Hugo", "Body")]
    [TestCase("---\nno end", "", "---\nno end")]
    [TestCase("#hashtag is no heading", "", "#hashtag is no heading")]
    [TestCase("Body only", "", "Body only")]
    [TestCase("", "", "")]
    [TestCase("See [the page](http://x.org/a_(b) \"t\") and ![a cat](cat.png).", "", "See the page and a cat.")]
    [TestCase("a <!-- hidden\nlines --> b", "", "a   b")]
    public void Title_is_the_first_heading_and_marks_go(string content, string title, string text)
    {
        CorpusDocument document = _folder.Read("a.md", content).Single();
        Assert.That(document.Title, Is.EqualTo(title));
        Assert.That(document.Text, Is.EqualTo(text));
    }

    [Test]
    public void Code_is_kept_as_it_is_and_its_comments_are_no_headings()
    {
        CorpusDocument document = _folder.Read("a.md", "```bash\n# not a title\nls [a](b)\n```\n\n~~~~\n~~~\n````\n~~~~\n# Title\n`x`").Single();
        Assert.That(document.Title, Is.EqualTo("Title"));
        Assert.That(document.Text, Is.EqualTo("# not a title\nls [a](b)\n\n~~~\n````\n`x`"));
    }

    [Test]
    public void A_fence_that_is_never_closed_reaches_the_end() =>
        Assert.That(_folder.Read("a.md", "# T\n```\n# x").Single().Text, Is.EqualTo("# x"));

    [Test]
    public void Many_brackets_are_read_in_good_time() =>
        Assert.That(_folder.Read("a.md", new string('[', 50_000) + new string('(', 50_000)).Single().Text, Has.Length.EqualTo(100_000));
}
