using System.Globalization;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.Quality;

// Question: does the whole flow, from raw text through real Lucene directories, retrieve as well as the reference, and what do
// 8-bit impacts lose? Measured: nDCG@10, R@100, size. Not measured: time. No randomness.
//   dotnet run -c Release --project bench/Sparse.Quality -- --data ../shared/data --model ../shared/models/splade-tiny
//     [--collections scifact,nfcorpus,cranfield,vespa-docs-qa,chunking-eval] [--out bench/results/quality.md] [--cache DIR]
// Encoded vectors are kept in the cache folder, so that a second run takes a minute. Exit code 1: a figure is outside its limits.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = new Dictionary<string, string>
{
    ["--data"] = "../shared/data",
    ["--model"] = "../shared/models/splade-tiny",
    ["--collections"] = "scifact,nfcorpus,cranfield,vespa-docs-qa,chunking-eval",
    ["--out"] = "",
    ["--cache"] = Path.Combine(Path.GetTempPath(), "sparse-quality"),
};
for (int i = 0; i < args.Length; i += 2)
{
    if (!options.ContainsKey(args[i]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"'{args[i]}' is unknown or lacks its value; there are {string.Join(", ", options.Keys)}.");
        return 2;
    }

    options[args[i]] = args[i + 1];
}

using SpladeEncoder fp32 = SpladeEncoder.FromFolder(options["--model"]);
using SpladeEncoder int8 = SpladeEncoder.BuiltIn();
using InferenceFreeEncoder idf = InferenceFreeEncoder.BuiltIn();
var cache = new VectorCache(options["--cache"]);
var all = new List<CollectionFigures>();
foreach (string name in options["--collections"].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
{
    Collection collection = Collection.Read(options["--data"], name);
    var run = new CollectionRun(collection, cache, Path.Combine(options["--cache"], "indexes"));
    all.Add(new CollectionFigures(collection, run.Bm25(), run.Sparse(fp32, idf), run.Sparse(int8, idf)));
    Console.Error.WriteLine($"{name} done");
}

var report = new Report(all, $"dotnet run -c Release --project bench/Sparse.Quality -- {string.Join(' ', args)}".TrimEnd());
Console.Write(report.ToString());
if (options["--out"].Length > 0)
{
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options["--out"]))!);
    File.WriteAllText(options["--out"], report.ToString());
}

return report.Outside.Count == 0 ? 0 : 1;
