using System.Globalization;

namespace Sparse.Benchmarks;

/// <summary>What the inference-free benchmark is asked to do.</summary>
internal sealed class InferenceFreeOptions
{
    /// <summary>A collection in BEIR's layout.</summary>
    public string Data { get; private set; } = "";

    /// <summary>Where document vectors are kept.</summary>
    public string Cache { get; private set; } = Path.Combine(Path.GetTempPath(), "sparse-vectors");

    /// <summary>Number of queries.</summary>
    public int Queries { get; private set; } = 1000;

    /// <summary>Runs of each query after warm-up; the best counts.</summary>
    public int Repeats { get; private set; } = 5;

    /// <summary>True to put like documents next to each other.</summary>
    public bool Reorder { get; private set; }

    /// <summary>JSON lines instead of sentences.</summary>
    public bool Json { get; private set; }

    /// <summary>Reads a command line.</summary>
    /// <exception cref="ArgumentException">An option is unknown or lacks its value.</exception>
    public static InferenceFreeOptions Parse(string[] args)
    {
        var options = new InferenceFreeOptions();
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--data":
                    options.Data = Value();
                    break;
                case "--cache":
                    options.Cache = Value();
                    break;
                case "--queries":
                    options.Queries = Number();
                    break;
                case "--repeats":
                    options.Repeats = Number();
                    break;
                case "--reorder":
                    options.Reorder = true;
                    break;
                case "--json":
                    options.Json = true;
                    break;
                default:
                    throw new ArgumentException($"Unknown option '{args[i]}'.", nameof(args));
            }

            string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value.", nameof(args));
            int Number() => int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
                ? value : throw new ArgumentException($"{args[i - 1]} needs a whole number above 0, not '{args[i]}'.", nameof(args));
        }

        return options.Data.Length > 0 ? options : throw new ArgumentException("--data is needed: a folder with corpus.jsonl.", nameof(args));
    }
}
