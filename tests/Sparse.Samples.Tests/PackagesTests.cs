using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Xml.Linq;

namespace Sparse.Samples.Tests;

/// <summary>The packages, as somebody meets them who has nothing but a feed: no repository, no project of ours.</summary>
internal sealed class PackagesTests
{
    private static readonly string[] Libraries = ["Sparse", "Sparse.Analysis", "Sparse.Encoders", "Sparse.Extensions", "Sparse.Formats", "Sparse.LuceneNet", "Sparse.OpenSearch"];
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private string _folder = "";
    private string _version = "";

    private string Feed => Path.Combine(_folder, "feed");

    [OneTimeSetUp]
    public void Pack()
    {
        _folder = Directory.CreateTempSubdirectory("sparse-packages-").FullName;
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        Dotnet(Repository.Root, "pack", Path.Combine(Repository.Root, "Sparse.sln"), "--no-build", "-c", configuration, "-o", Feed, "-v", "q", "-nodeReuse:false");
        _version = Path.GetFileNameWithoutExtension(Directory.GetFiles(Feed, "Sparse.Tool.*.nupkg").Single())["Sparse.Tool.".Length..];

        // The feed and no other: what a package needs of ours must be in it, what it needs of others is in the cache that this build filled.
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string others = Directory.CreateDirectory(Path.Combine(_folder, "others")).FullName;
        foreach (string package in Directory.EnumerateDirectories(cache).Where(package => !Path.GetFileName(package).StartsWith("sparse", StringComparison.OrdinalIgnoreCase)))
        {
            Directory.CreateSymbolicLink(Path.Combine(others, Path.GetFileName(package)), package);
        }

        File.WriteAllText(Path.Combine(_folder, "nuget.config"), $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{Feed}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="cache" value="{others}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Every_package_has_readme_icon_licence_notice_symbols_with_sources_and_a_reproducible_assembly()
    {
        Assert.That(Directory.GetFiles(Feed, "*.nupkg").Select(path => Path.GetFileName(path)), Is.EquivalentTo(Libraries.Append("Sparse.Tool").Select(name => $"{name}.{_version}.nupkg")));
        Assert.That(new FileInfo(Path.Combine(Feed, $"Sparse.Tool.{_version}.nupkg")).Length, Is.LessThan(110_000_000), "ONNX Runtime, and what draws plots, for five platforms and no phone");
        Assert.Multiple(() =>
        {
            foreach (string library in Libraries)
            {
                using ZipArchive package = ZipFile.OpenRead(Path.Combine(Feed, $"{library}.{_version}.nupkg"));
                XElement metadata = XDocument.Load(package.GetEntry(library + ".nuspec")!.Open()).Root!.Elements().First();
                string? Value(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
                Assert.That(Value("license"), Is.EqualTo("Apache-2.0"), library);
                Assert.That(Value("description"), Has.Length.GreaterThan(40), library);
                foreach (string file in new[] { Value("readme")!, Value("icon")!, "NOTICE" })
                {
                    Assert.That(package.GetEntry(file)?.Length ?? 0, Is.GreaterThan(100), $"{library}: {file}");
                }

                Assert.That(package.GetEntry($"lib/net10.0/{library}.xml")?.Length ?? 0, Is.GreaterThan(100), library + ": documentation");
                using var assembly = new PEReader(Copied(package.GetEntry($"lib/net10.0/{library}.dll")!));
                Assert.That(assembly.ReadDebugDirectory().Select(entry => entry.Type), Does.Contain(DebugDirectoryEntryType.Reproducible), library);
                using ZipArchive symbols = ZipFile.OpenRead(Path.Combine(Feed, $"{library}.{_version}.snupkg"));
                using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(Copied(symbols.GetEntry($"lib/net10.0/{library}.pdb")!));
                MetadataReader pdb = provider.GetMetadataReader();
                Assert.That(pdb.Documents, Is.Not.Empty, library);
                Assert.That(pdb.Documents.Where(document => !HasSource(pdb, document)).Select(document => pdb.GetString(pdb.GetDocument(document).Name)), Is.Empty, library + ": documents without their source");
            }
        });
    }

    [Test]
    public async Task Tool_from_the_feed_indexes_searches_and_serves_in_an_empty_folder()
    {
        string empty = Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName, tools = Path.Combine(_folder, "tools");
        Dotnet(_folder, "tool", "install", "Sparse.Tool", "--tool-path", tools, "--version", _version, "--configfile", Path.Combine(_folder, "nuget.config"));
        string tool = Path.Combine(tools, OperatingSystem.IsWindows() ? "sparse.exe" : "sparse");
        Directory.CreateDirectory(Path.Combine(empty, "notes"));
        File.WriteAllText(Path.Combine(empty, "notes", "car.txt"), "Repair of old cars and trucks.");
        File.WriteAllText(Path.Combine(empty, "notes", "cake.txt"), "A recipe for apple cakes.");
        Run(empty, tool, "index", "notes", "--index", "my-index");
        Assert.That(Run(empty, tool, "search", "automobile mechanic", "--index", "my-index", "-k", "1"), Does.Contain("cars and trucks"));

        using Process server = Start(empty, tool, "serve", "--index", "my-index", "--urls", "http://127.0.0.1:0");
        try
        {
            Task<string> error = server.StandardError.ReadToEndAsync();
            string? line;
            do
            {
                line = await server.StandardOutput.ReadLineAsync() ?? throw new AssertionException("it stopped: " + await error);
            }
            while (!line.StartsWith("listening on ", StringComparison.Ordinal));
            using var client = new HttpClient { BaseAddress = new Uri(line["listening on ".Length..].Split(';')[0]) };
            using var answer = JsonDocument.Parse(await client.GetStringAsync("/api/indexes/my-index/search?q=dessert%20with%20fruit"));
            Assert.That(answer.RootElement.GetProperty("hits")[0].GetProperty("text").GetString(), Does.Contain("apple cakes"));
            Assert.That(await client.GetStringAsync("/"), Does.Contain("<title>Sparse</title>"));
        }
        finally
        {
            server.Kill();
            server.WaitForExit();
        }
    }

    [Test]
    public void Empty_project_builds_and_runs_on_the_packages_alone()
    {
        string project = Directory.CreateDirectory(Path.Combine(_folder, "app")).FullName;
        File.WriteAllText(Path.Combine(project, "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
              <ItemGroup>{string.Concat(Libraries.Where(name => name is not ("Sparse" or "Sparse.Analysis")).Select(name => $"<PackageReference Include=\"{name}\" Version=\"{_version}\" />"))}</ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(project, "Program.cs"), """
            using Sparse.Encoders.Splade;
            using Sparse.LuceneNet;

            using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
            using SparseIndex index = SparseIndex.OpenOrCreate(args[0], encoder);
            index.Add([new SparseDocument("1", "Repair of old cars and trucks."), new SparseDocument("2", "A recipe for apple cakes.")]);
            index.Commit();
            Console.WriteLine(index.Search("automobile mechanic", k: 1).Hits[0].Id + " of " + index.Count);
            """);

        // A folder of its own for what the test makes, so that a package of this name is never taken from another run.
        string output = Dotnet(project, "run", "--project", project, "-c", "Release", "-p:UseSharedCompilation=false", "-p:RestorePackagesPath=" + Path.Combine(_folder, "packages"), "--", Path.Combine(_folder, "index"));
        Assert.That(output.Trim().Split('\n')[^1].Trim(), Is.EqualTo("1 of 2"));
    }

    private static bool HasSource(MetadataReader pdb, DocumentHandle document) =>
        pdb.GetCustomDebugInformation(document).Any(handle => pdb.GetGuid(pdb.GetCustomDebugInformation(handle).Kind) == EmbeddedSource);

    private static MemoryStream Copied(ZipArchiveEntry entry)
    {
        var copy = new MemoryStream();
        using Stream stream = entry.Open();
        stream.CopyTo(copy);
        copy.Position = 0;
        return copy;
    }

    private static string Dotnet(string folder, params string[] arguments) => Run(folder, Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments);

    private static string Run(string folder, string file, params string[] arguments)
    {
        using Process process = Start(folder, file, arguments);
        Task<string> error = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{file} {string.Join(' ', arguments)} runs for longer than {Patience.TotalMinutes} minutes");
        }

        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{file} {string.Join(' ', arguments)}\n{output.Result}\n{error.Result}");
        return output.Result;
    }

    private static Process Start(string folder, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // What a test run hands down to its children would change a build below it.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name is "VSTEST_CONNECTION_TIMEOUT" or "TargetFramework").ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        return Process.Start(start)!;
    }
}
