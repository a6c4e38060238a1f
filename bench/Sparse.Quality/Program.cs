using System.Globalization;
using Sparse.Encoders.Dense;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.Lab.Collections;
using Sparse.Quality;
using Sparse.Tokens;

// Question: does the whole flow, from raw text through real Lucene directories, retrieve as well as the reference, and what do
// 8-bit impacts lose? Measured: nDCG@10, R@100, size. Not measured: time. No randomness.
//   dotnet run -c Release --project bench/Sparse.Quality -- --data ../shared/data --model ../shared/models/splade-tiny
//     [--collections scifact,nfcorpus,cranfield,vespa-docs-qa,chunking-eval] [--out bench/results/quality.md] [--cache DIR]
//   dotnet run -c Release --project bench/Sparse.Quality -- --dense ../shared/models/minilm-l6-int8 --collections cranfield
//     [--dense-tokenizer ../shared/models/splade-tiny]: a dense model instead, over brute force.
//   dotnet run -c Release --project bench/Sparse.Quality -- --long vespa-docs-qa: long documents, cut, merged and in passages.
//   dotnet run -c Release --project bench/Sparse.Quality -- --fusion bench/results/fusion.md
//     --collections scifact,nfcorpus,cranfield,cisi,cacm,vespa-docs-qa,chunking-eval [--dense ../shared/models/minilm-l6-int8]:
//     hybrid search, each fusion beside its legs, whole and crippled, and with a dense leg beside them.
//   dotnet run -c Release --project bench/Sparse.Quality -- --codes bench/results/codes.md --collections tldr,vespa-docs-qa:
//     queries that are codes, in hybrid search with and without routing; the draw of the codes is seeded.
//   dotnet run -c Release --project bench/Sparse.Quality -- --latency INDEX --collections wordnet-glosses: what hybrid search costs
//     beside its legs, on an index of that collection by the built-in model.
// Encoded vectors are kept in the cache folder, so that a second run takes a minute. Exit code 1: a figure is outside its limits.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = new Dictionary<string, string>
{
    ["--data"] = "../shared/data",
    ["--model"] = "../shared/models/splade-tiny",
    ["--collections"] = "scifact,nfcorpus,cranfield,vespa-docs-qa,chunking-eval",
    ["--out"] = "",
    ["--long"] = "",
    ["--fusion"] = "",
    ["--codes"] = "",
    ["--latency"] = "",
    ["--dense"] = "",
    ["--dense-tokenizer"] = "../shared/models/splade-tiny",
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

string[] names = options["--collections"].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
if (options["--long"].Length > 0)
{
    Console.Write(new LongDocumentsRun(Collection.Read(options["--data"], options["--long"]), Path.Combine(options["--cache"], "indexes")).Run());
    return 0;
}

if (options["--codes"].Length > 0)
{
    using SpladeEncoder model = SpladeEncoder.BuiltIn();
    var codes = new CodesRun(options["--data"], new VectorCache(options["--cache"]), model, Path.Combine(options["--cache"], "indexes"));
    string table = codes.Measure(names, $"dotnet run -c Release --project bench/Sparse.Quality -- {string.Join(' ', args)}");
    Console.Write(table);
    File.WriteAllText(options["--codes"], table);
    return 0;
}

if (options["--latency"].Length > 0)
{
    using SpladeEncoder model = SpladeEncoder.BuiltIn();
    Console.Write(LatencyRun.Measure(options["--latency"], Collection.Read(options["--data"], names[0]).Queries.Select(query => query.Text), model));
    return 0;
}

using DenseEncoder? dense = options["--dense"].Length == 0 ? null
    : DenseEncoder.FromFolder(options["--dense"], new DenseEncoderOptions { Tokenizer = TokenizerFolder.Read(options["--dense-tokenizer"]) });
if (options["--fusion"].Length > 0)
{
    using SpladeEncoder builtIn = SpladeEncoder.BuiltIn();
    var vectors = new VectorCache(options["--cache"]);
    DenseCache? denseVectors = dense is null ? null : new DenseCache(options["--cache"], dense);
    List<FusionFigures> whole = [], titles = [], half = [], partial = [], withDense = [];
    foreach (string name in names)
    {
        var run = new FusionRun(Collection.Read(options["--data"], name), vectors, denseVectors, builtIn, Path.Combine(options["--cache"], "indexes"));
        whole.Add(run.Whole());
        titles.Add(run.TitlesAlone());
        half.Add(run.HalfTheTerms());
        partial.Add(run.HalfUpgraded());
        if (denseVectors is not null)
        {
            withDense.Add(run.WithDense());
        }

        Console.Error.WriteLine($"{name} done");
    }

    var tables = new FusionReport($"dotnet run -c Release --project bench/Sparse.Quality -- {string.Join(' ', args)}");
    tables.Add("BM25 and the built-in model", whole);
    tables.Add("Crippled: BM25 over titles alone", titles);
    tables.Add("Crippled: a model that has lost half of its terms", half);
    tables.Add("An upgrade half done: every other document has no vector yet", partial);
    if (withDense.Count > 0)
    {
        tables.Add($"With a dense leg: {dense!.Name}, the best 200 of brute force", withDense);
    }

    Console.Write(tables.ToString());
    File.WriteAllText(options["--fusion"], tables.ToString());
    return 0;
}

if (dense is not null)
{
    return DenseRun.Measure(dense, names.Select(name => Collection.Read(options["--data"], name))) ? 0 : 1;
}

using SpladeEncoder fp32 = SpladeEncoder.FromFolder(options["--model"]);
using SpladeEncoder int8 = SpladeEncoder.BuiltIn();
using InferenceFreeEncoder idf = InferenceFreeEncoder.BuiltIn();
var cache = new VectorCache(options["--cache"]);
var all = new List<CollectionFigures>();
foreach (string name in names)
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
