using System.Globalization;
using Sparse.Search;

namespace Sparse.Benchmarks;

/// <summary>What a benchmark over vector files is asked to do.</summary>
internal sealed class EngineOptions
{
    /// <summary>Document vectors.</summary>
    public string Docs { get; private set; } = "";

    /// <summary>Query vectors.</summary>
    public List<string> Queries { get; } = [];

    /// <summary>Numbers of hits; 10 and 1000 where none is given.</summary>
    public List<int> Ks { get; } = [];

    /// <summary>The peers' script to run after ours, or null.</summary>
    public string? Peers { get; private set; }

    /// <summary>JSON lines instead of a table.</summary>
    public bool Json { get; private set; }

    /// <summary>Queries of each file, at most.</summary>
    public int Limit { get; private set; } = int.MaxValue;

    /// <summary>Runs of each query after warm-up; the best counts.</summary>
    public int Repeats { get; private set; } = 2;

    /// <summary>Which exact algorithm (segment).</summary>
    public SweepPolicy Policy { get; private set; } = SweepPolicy.Choose;

    /// <summary>False to believe (segment) without checking against exhaustive search.</summary>
    public bool Check { get; private set; } = true;

    /// <summary>Rounds of exchanges at most a split of our own reordering (20 is its default); 0 takes the order beside the documents.</summary>
    public int Reorder { get; private set; }

    /// <summary>Where to write the order that was used, or null.</summary>
    public string? SaveOrder { get; private set; }

    /// <summary>"given" or "reordered" for one order of the documents alone (engine); null for both.</summary>
    public string? Order { get; private set; }

    /// <summary>Segments to build before they are merged into one (engine).</summary>
    public int Segments { get; private set; } = 1;

    /// <summary>Where the Lucene directory is kept, or built where it is not there (engine, one for each order; scaling, a file for each size; allocation, threads); null for one that goes with the run.</summary>
    public string? Index { get; private set; }

    /// <summary>Where to draw how cost grows (PNG), or null.</summary>
    public string? Plot { get; private set; }

    /// <summary>Reads a command line.</summary>
    /// <exception cref="ArgumentException">An option is unknown or lacks its value.</exception>
    public static EngineOptions Parse(IReadOnlyList<string> args)
    {
        var options = new EngineOptions();
        for (int i = 0; i < args.Count; i++)
        {
            string option = args[i];
            switch (option)
            {
                case "--docs":
                    options.Docs = Values(args, ref i, option)[0];
                    break;
                case "--queries":
                    options.Queries.AddRange(Values(args, ref i, option));
                    break;
                case "--k":
                    options.Ks.AddRange(Values(args, ref i, option).Select(Number));
                    break;
                case "--peers":
                    options.Peers = Values(args, ref i, option)[0];
                    break;
                case "--json":
                    options.Json = true;
                    break;
                case "--limit":
                    options.Limit = Number(Values(args, ref i, option)[0]);
                    break;
                case "--repeats":
                    options.Repeats = Number(Values(args, ref i, option)[0]);
                    break;
                case "--policy":
                    options.Policy = Enum.Parse<SweepPolicy>(Values(args, ref i, option)[0], ignoreCase: true);
                    break;
                case "--no-check":
                    options.Check = false;
                    break;
                case "--order":
                    options.Order = Values(args, ref i, option)[0];
                    if (options.Order is not ("given" or "reordered"))
                    {
                        throw new ArgumentException($"--order is given or reordered, not '{options.Order}'.", nameof(args));
                    }


                    break;
                case "--segments":
                    options.Segments = Number(Values(args, ref i, option)[0]);
                    break;
                case "--index":
                    options.Index = Values(args, ref i, option)[0];
                    break;
                case "--reorder":
                    options.Reorder = Number(Values(args, ref i, option)[0]);
                    break;
                case "--plot":
                    options.Plot = Values(args, ref i, option)[0];
                    break;
                case "--save-order":
                    options.SaveOrder = Values(args, ref i, option)[0];
                    break;
                default:
                    throw new ArgumentException($"Unknown option '{option}'.", nameof(args));
            }
        }

        if (options.Docs.Length == 0 || (options.Queries.Count == 0 && (options.Reorder == 0 || options.SaveOrder is null)))
        {
            throw new ArgumentException("--docs and --queries are needed (without queries: --docs, --reorder and --save-order).", nameof(args));
        }

        if (options.Ks.Count == 0)
        {
            options.Ks.AddRange([10, 1000]);
        }

        return options;
    }

    private static List<string> Values(IReadOnlyList<string> args, ref int at, string option)
    {
        List<string> values = [];
        while (at + 1 < args.Count && !args[at + 1].StartsWith("--", StringComparison.Ordinal))
        {
            values.Add(args[++at]);
        }

        return values.Count > 0 ? values : throw new ArgumentException($"{option} needs a value.", nameof(args));
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw new ArgumentException($"'{text}' is not a whole number.", nameof(text));
}
