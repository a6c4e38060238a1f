using System.Diagnostics;
using System.Globalization;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet;

namespace Sparse.Quality;

/// <summary>What hybrid search costs beside its legs, from the query's text to ten ids; the model runs on every query of the two modes that need it.</summary>
internal static class LatencyRun
{
    private const int Queries = 500;
    private const int Rounds = 3;
    private static readonly SearchMode[] Modes = [SearchMode.Bm25, SearchMode.Sparse, SearchMode.Hybrid];

    /// <summary>Measures. The modes take turns query by query; a query counts with the best of its rounds.</summary>
    /// <param name="folder">An index with vectors of the built-in model.</param>
    /// <param name="texts">Queries, of which the first ones that every mode takes are run.</param>
    /// <param name="encoder">The built-in model.</param>
    /// <returns>A section as Markdown.</returns>
    internal static string Measure(string folder, IEnumerable<string> texts, SpladeEncoder encoder)
    {
        using SparseIndex index = SparseIndex.OpenReadOnly(folder, encoder);
        string[] queries = [.. texts.Where(text => Modes.All(mode => Time(index, text, mode) is not null)).Take(Queries)];
        double[][] best = [.. Modes.Select(_ => Enumerable.Repeat(double.PositiveInfinity, queries.Length).ToArray())];
        for (int round = 0; round < Rounds; round++)
        {
            for (int query = 0; query < queries.Length; query++)
            {
                for (int mode = 0; mode < Modes.Length; mode++)
                {
                    best[mode][query] = Math.Min(best[mode][query], Time(index, queries[query], Modes[mode])!.Value);
                }
            }
        }

        var lines = new List<string>
        {
            $"{index.Count} documents, {queries.Length} queries, {Environment.ProcessorCount} processors; from text to ten ids, milliseconds, best of {Rounds}.",
            "", "| mode | mean | median | 99 % |", "|---|---|---|---|",
        };
        for (int mode = 0; mode < Modes.Length; mode++)
        {
            double[] times = [.. best[mode].Order()];
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"| {Modes[mode]} | {times.Average():F3} | {times[times.Length / 2]:F3} | {times[times.Length * 99 / 100]:F3} |"));
        }

        double slower = Math.Max(best[0].Average(), best[1].Average());
        lines.Add("");
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"Hybrid takes {best[2].Average() / slower:F2} times the slower leg (of means)."));
        return string.Join('\n', lines) + "\n";
    }

    private static double? Time(SparseIndex index, string query, SearchMode mode)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            index.Search(query, 10, new SearchOptions { Mode = mode, WithStoredFields = false });
        }
        catch (ArgumentException)
        {
            // Stop words alone, by BM25.
            return null;
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
