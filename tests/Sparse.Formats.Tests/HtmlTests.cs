using System.Text;

namespace Sparse.Formats.Tests;

public sealed class HtmlTests
{
    private CorpusFolder _folder = null!;

    [SetUp]
    public void Make_a_folder() => _folder = new CorpusFolder();

    [TearDown]
    public void Remove_the_folder() => _folder.Dispose();

    [TestCase("<html><head><title> A &amp; B </title><style>p{}</style></head><body><p>x<b>y</b>z</p><p>w</p></body></html>", "A & B", "xyz w")]
    [TestCase("<h1>Head <i>line</i></h1><script>var a='<p>no</p>';</script>caf&eacute; &#x1F600;&nbsp;!", "Head line", "Head line café \U0001F600 !")]
    [TestCase("<p>one<br>two<li>three<hr>four", "", "one two three four")]
    [TestCase("<p>a &lt;b&gt; &unknown; <!-- no --> c</p", "", "a <b> &unknown; c")]
    [TestCase("<div hidden>no</div><template>no</template><noscript>no</noscript><p>yes", "", "yes")]
    [TestCase("<b><p></b></i></div>mis<i>nested</b>", "", "misnested")]
    [TestCase("<a href='unclosed>text", "", "")]
    [TestCase("", "", "")]
    [TestCase("no tags at all", "", "no tags at all")]
    [TestCase("<table><tr><td>a</td><td>b</td></tr></table><pre>c\n  d</pre>", "", "a b c d")]
    public void Title_and_visible_text_are_those_a_browser_shows(string page, string title, string text)
    {
        CorpusDocument document = _folder.Read("a.html", page).Single();
        Assert.That((document.Title, document.Text), Is.EqualTo((title, text)));
    }

    [Test]
    public void The_encoding_a_page_declares_is_used()
    {
        byte[] page = [.. "<meta charset=windows-1252><p>caf"u8, 0xE9, 0x80, .. "</p>"u8];
        _folder.WriteBytes("a.html", page);
        Assert.That(Corpus.Open([_folder.Root]).Single().Text, Is.EqualTo("café€"));
        Assert.That(_folder.Read("b.html", "\uFEFF<p>é").Single().Text, Is.EqualTo("é"));
        Assert.That(_folder.Read("c.html", "<p>é").Single().Text, Is.EqualTo("é"));
    }

    [Test]
    public void Twenty_thousand_open_tags_do_not_overflow_the_stack()
    {
        var page = new StringBuilder();
        for (int i = 0; i < 20_000; i++)
        {
            page.Append("<div>");
        }

        Assert.That(_folder.Read("a.html", page + "deep").Single().Text, Is.EqualTo("deep"));
    }

    [Test]
    public void Random_bytes_are_read_without_an_error([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        string[] bits = ["<p>", "</b>", "<", ">", "&#", "&amp", "\0", "<!--", "-->", "<script>", "</script", "'", "\"", "=", "<svg>", "<table>", "\u00ff", "x "];
        string page = string.Concat(Enumerable.Range(0, 400).Select(_ => bits[random.Next(bits.Length)]));
        Assert.That(_folder.Read("a.html", page), Has.Length.EqualTo(1));
    }
}
