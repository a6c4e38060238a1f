using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;

namespace Sparse.Cli.Tests;

/// <summary>The command lines of README and guides: all of them are understood, and those of the guides that need nothing else are run.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class GuideTests
{
    private static readonly string Root = Find();

    private static IEnumerable<string> Files() => new[] { "README.md" }
        .Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Select(path => "docs/" + Path.GetFileName(path)))
        .Concat(Directory.EnumerateDirectories(Path.Combine(Root, "src")).Where(path => File.Exists(Path.Combine(path, "README.md"))).Select(path => "src/" + Path.GetFileName(path) + "/README.md"))
        .Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Files))]
    public void Every_command_line_is_understood(string file)
    {
        foreach (string[] arguments in Commands(file))
        {
            ParseResult parsed = CommandTree.Create().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            Assert.That(parsed.Errors.Select(error => error.Message), Is.Empty, $"{file}: sparse {string.Join(' ', arguments)}");
            Assert.That(Program.UnknownOption(parsed), Is.Null, $"{file}: sparse {string.Join(' ', arguments)}");
        }
    }

    [Test]
    public void Files_have_command_lines() => Assert.That(Files().Sum(file => Commands(file).Count()), Is.GreaterThan(50));

    [Test]
    public void Readme_and_the_guides_to_hybrid_search_and_explaining_can_be_followed()
    {
        string folder = Directory.CreateTempSubdirectory("sparse-guides-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "samples"));
            Directory.CreateSymbolicLink(Path.Combine(folder, "samples", "corpus"), Path.Combine(Root, "samples", "corpus"));
            Directory.CreateDirectory(Path.Combine(folder, "docs"));
            File.WriteAllText(Path.Combine(folder, "docs", "cars.md"), "# Cars\n\nRepair of old cars.");
            foreach (string[] arguments in new[] { "README.md", "docs/hybrid.md", "docs/explaining.md" }.SelectMany(Commands).Where(command => command[0] != "serve"))
            {
                ToolResult result = Tool.RunIn(folder, arguments);
                Assert.That(result.ExitCode, Is.Zero, $"sparse {string.Join(' ', arguments)}\n{result.Error}");
                Assert.That(result.Output, Is.Not.Empty, $"sparse {string.Join(' ', arguments)}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Lines of code that begin with the tool's name; what follows two blanks and a # is a remark.
    private static IEnumerable<string[]> Commands(string file) => File.ReadLines(Path.Combine(Root, file))
        .Select(line => line.TrimStart().TrimStart('$').Split("  #")[0].Trim())
        .Where(line => line.StartsWith("sparse ", StringComparison.Ordinal) && !line.Contains("COMMAND", StringComparison.Ordinal))
        .Select(line => Words(line).Skip(1).ToArray());

    private static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char quote = '\0';
        foreach (char c in line + " ")
        {
            if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
            }
            else if (c == ' ' && quote == '\0')
            {
                words.Add(word.ToString());
                word.Clear();
            }
            else
            {
                word.Append(c);
            }
        }

        return [.. words.Where(one => one.Length > 0)];
    }

    private static string Find()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sparse.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
