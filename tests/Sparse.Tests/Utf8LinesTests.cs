using System.Text;

namespace Sparse.Tests;

public sealed class Utf8LinesTests
{
    [Test]
    public void Lines_are_those_of_a_string_split_whatever_the_buffer([Values(4, 5, 7, 64)] int bufferBytes)
    {
        string text = "\uFEFFfirst\r\n\nthird é\U0001F600\r\n" + new string('x', 200) + "\r\nlast without end";
        using var lines = new Utf8Lines(new MemoryStream(Encoding.UTF8.GetBytes(text)), "memory", bufferBytes: bufferBytes);
        string[] expected = ["first", "", "third é\U0001F600", new string('x', 200), "last without end"];
        foreach (string line in expected)
        {
            Assert.That(lines.Read(), Is.EqualTo(line));
        }

        Assert.That(lines.Read(), Is.Null);
        Assert.That(lines.LineNumber, Is.EqualTo(5));
    }

    [Test]
    public void Reading_goes_on_behind_a_bad_line()
    {
        byte[] bytes = [.. "one\n"u8, 0xFF, 0xFE, .. "\n0123456789abcdef0123456789abcdef\nfour\n"u8];
        using var lines = new Utf8Lines(new MemoryStream(bytes), "memory", maxLineBytes: 10, bufferBytes: 4);
        Assert.That(lines.Read(), Is.EqualTo("one"));
        Assert.That(lines.Read, Throws.TypeOf<BadInputException>().With.Message.EqualTo("memory, line 2: byte 0xFF is not valid UTF-8; expected UTF-8 text."));
        Assert.That(lines.Read, Throws.TypeOf<BadInputException>().With.Message.Contains("memory, line 3: the line is longer than 10 bytes"));
        Assert.That(lines.Read(), Is.EqualTo("four"));
        Assert.That(lines.Read(), Is.Null);
    }

    [TestCase("", 0)]
    [TestCase("\n", 1)]
    [TestCase("a", 1)]
    [TestCase("a\n", 1)]
    [TestCase("a\n\n", 2)]
    public void Line_counts_are_those_of_editors(string text, int expected)
    {
        using var lines = new Utf8Lines(new MemoryStream(Encoding.UTF8.GetBytes(text)), "memory");
        int count = 0;
        while (lines.Read() is not null)
        {
            count++;
        }

        Assert.That(count, Is.EqualTo(expected));
    }
}
