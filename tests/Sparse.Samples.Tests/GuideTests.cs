using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sparse.Samples.Tests;

/// <summary>README and guides: every snippet of C# compiles, every link leads to something. Their command lines are Sparse.Cli.Tests'.</summary>
internal sealed partial class GuideTests
{
    // What a snippet takes for granted: the namespaces it would import, and the objects that a reader has by then.
    private const string Given = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;
        global using Lucene.Net.Analysis; global using Lucene.Net.Documents; global using Lucene.Net.Index; global using Lucene.Net.Search; global using Lucene.Net.Util;
        global using Microsoft.Extensions.AI; global using Microsoft.Extensions.DependencyInjection; global using Microsoft.Extensions.Hosting; global using Microsoft.Extensions.VectorData; global using Microsoft.SemanticKernel.Data;
        global using Sparse.Analysis; global using Sparse.Chunks; global using Sparse.Encoders.Dense; global using Sparse.Encoders.InferenceFree; global using Sparse.Encoders.Reranking; global using Sparse.Encoders.Splade; global using Sparse.Evaluation;
        global using Sparse.Extensions.Embeddings; global using Sparse.Extensions.Hosting; global using Sparse.Extensions.SemanticKernel; global using Sparse.Extensions.VectorData; global using Sparse.Formats; global using Sparse.Fusion;
        global using Sparse.LuceneNet; global using Sparse.LuceneNet.Impacts; global using Sparse.LuceneNet.Postings; global using Sparse.LuceneNet.Queries; global using Sparse.OpenSearch; global using Sparse.Vectors;

        #pragma warning disable CS0649
        class Given
        {
            protected string[] args = [], texts = [];
            protected string text = "", path = "";
            protected SpladeEncoder encoder = null!;
            protected SparseIndex index = null!;
            protected TermVector vector = null!;
            protected ImpactQuantizer quantizer = null!;
            protected Analyzer analyzer = null!;
            protected Document document = null!;
            protected IndexReader reader = null!;
            protected HostApplicationBuilder builder = null!;
            protected IndexingService indexing = null!;
        }
        """;

    private static IEnumerable<string> Files() => new[] { "README.md" }
        .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(path => "docs/" + Path.GetFileName(path)))
        .Concat(Directory.EnumerateFiles(Repository.Root, "README.md", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }).Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')).Where(path => path.StartsWith("src/", StringComparison.Ordinal) || path.StartsWith("analyzers/", StringComparison.Ordinal) || path.StartsWith("samples/", StringComparison.Ordinal)))
        .Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Files))]
    public void Every_snippet_compiles(string file)
    {
        SyntaxTree given = CSharpSyntaxTree.ParseText(Given, Language);
        string[] snippets = [.. Snippet().Matches(Read(file)).Select(match => match.Groups[1].Value)];
        Assert.That(snippets.Length > 0 || !Read(file).Contains("```csharp", StringComparison.Ordinal), file);
        foreach (string snippet in snippets)
        {
            var compilation = CSharpCompilation.Create("snippet", [given, AsMethod(snippet)], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, specificDiagnosticOptions: [KeyValuePair.Create("SKEXP0001", ReportDiagnostic.Suppress)], nullableContextOptions: NullableContextOptions.Enable));
            Assert.That(compilation.GetDiagnostics().Where(problem => problem.Severity == DiagnosticSeverity.Error).Select(problem => problem.ToString()), Is.Empty, $"{file}:\n{snippet}");
        }
    }

    [TestCaseSource(nameof(Files))]
    public void Every_link_leads_to_something(string file)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, file))!;
        string[] targets = [.. Link().Matches(Read(file)).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal))];
        Assert.Multiple(() =>
        {
            foreach (string target in targets)
            {
                string[] parts = target.Split('#');
                string path = parts[0].Length == 0 ? Path.Combine(Repository.Root, file) : Path.Combine(folder, parts[0]);
                Assert.That(File.Exists(path) || Directory.Exists(path), Is.True, $"{file}: {target}");
                if (parts.Length > 1 && File.Exists(path))
                {
                    Assert.That(File.ReadLines(path).Where(line => line.StartsWith('#')).Select(Anchor), Does.Contain(parts[1]), $"{file}: {target}");
                }
            }
        });
    }

    [Test]
    public void Twenty_lines_of_the_readme_are_the_quick_start()
    {
        string program = File.ReadAllText(Path.Combine(Repository.Root, "samples", "QuickStart", "Program.cs")).ReplaceLineEndings("\n").Trim();
        Assert.That(Snippet().Matches(Read("README.md")).Select(match => match.Groups[1].Value.Trim()), Does.Contain(program));
    }

    private static CSharpParseOptions Language => new(LanguageVersion.Preview);

    private static IEnumerable<MetadataReference> References { get; } =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    // Statements become a method of a class that has what is given; types stand beside it.
    private static SyntaxTree AsMethod(string snippet)
    {
        CompilationUnitSyntax unit = ((CSharpSyntaxTree)CSharpSyntaxTree.ParseText(snippet, Language)).GetCompilationUnitRoot();
        string statements = string.Concat(unit.Members.OfType<GlobalStatementSyntax>().Select(statement => statement.ToFullString()));
        string types = string.Concat(unit.Members.Where(member => member is not GlobalStatementSyntax).Select(member => member.ToFullString()));
        return CSharpSyntaxTree.ParseText($"{unit.Usings.ToFullString()}\nclass Snippet : Given {{ async Task Run() {{\n{statements}\nawait Task.CompletedTask; }} }}\n{types}", Language);
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file)).ReplaceLineEndings("\n");

    private static string Anchor(string heading) => AnchorSigns().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex AnchorSigns();
}
