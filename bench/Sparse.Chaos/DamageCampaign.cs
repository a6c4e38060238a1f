using System.Diagnostics;
using System.Globalization;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet;

namespace Sparse.Chaos;

/// <summary>Many trials of <see cref="Damage"/> in child processes, which damage may end; goes on where the last run stopped.</summary>
internal static class DamageCampaign
{
    // One trial in so many is also merged.
    private const int MergeEvery = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs trials until there are so many, and prints a table.</summary>
    /// <param name="trials">In all, those of earlier runs included.</param>
    /// <param name="jobs">Processes beside one another.</param>
    /// <param name="corpus">Pages to make the index of.</param>
    /// <param name="golden">Folder with the golden indexes.</param>
    /// <param name="state">Folder with one file of results a job.</param>
    /// <returns>0 where every change was detected or harmless.</returns>
    public static int Run(int trials, int jobs, string corpus, string golden, string state)
    {
        Directory.CreateDirectory(state);
        int[] seen = [.. All(state).Select(trial => trial.Number).Distinct()];
        int first = seen.Length == 0 ? 0 : seen.Max() + 1, missing = Math.Max(0, trials - seen.Length);
        Parallel.For(0, jobs, new ParallelOptions { MaxDegreeOfParallelism = jobs }, job =>
        {
            int from = first + (int)((long)missing * job / jobs), to = first + (int)((long)missing * (job + 1) / jobs);
            string results = Path.Combine(state, string.Create(CultureInfo.InvariantCulture, $"trials-{from}.csv"));
            while (from < to)
            {
                from = Watch(from, to, corpus, golden, results);
            }
        });
        return Report([.. All(state)]);
    }

    /// <summary>The child: runs trials from one number to another, each on the index or, one in eight, on a golden one.</summary>
    public static int Work(int from, int to, string corpus, string golden, string results)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"sparse-chaos-{Environment.ProcessId}");
        try
        {
            using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
            Damage[] subjects =
            [
                new(Subject.Make(Path.Combine(folder, "index"), encoder, Pieces.Read(encoder, corpus, 2_600, 10))),
                .. new[] { 1, 2 }.Select(version => new Damage(Subject.Golden(version, Path.Combine(golden, $"sparse-impact-{version}"), Path.Combine(folder, $"golden-{version}")))),
            ];
            using var output = new StreamWriter(results, append: true) { AutoFlush = true };
            for (int number = from; number < to; number++)
            {
                int subject = number % 16 == 5 ? 1 : number % 16 == 11 ? 2 : 0;
                Write(output, subject, subjects[subject].Run(number));
                if (number % MergeEvery == 0)
                {
                    Write(output, 3, subjects[0].Merge(number, Path.Combine(folder, "merged"), encoder));
                }
            }

            return 0;
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Runs a child and sees what became of it.</summary>
    /// <returns>The trial to go on with.</returns>
    private static int Watch(int from, int to, string corpus, string golden, string results)
    {
        string[] arguments = ["corrupt-worker", $"{from}", $"{to}", corpus, golden, results];
        using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardError = true })!;
        Task<string> error = child.StandardError.ReadToEndAsync();
        long written = -1;
        while (!child.WaitForExit(Patience))
        {
            long now = File.Exists(results) ? new FileInfo(results).Length : 0;
            if (now == written)
            {
                child.Kill();
                child.WaitForExit();
                return After(Outcome.Hang);
            }

            written = now;
        }

        return child.ExitCode == 0 ? to : After(Outcome.Crash);

        int After(Outcome outcome)
        {
            int last = File.Exists(results) ? Results(results).Select(trial => trial.Number).DefaultIfEmpty(from - 1).Max() : from - 1;
            string said = error.Wait(1000) ? error.Result : "";
            using var output = new StreamWriter(results, append: true);
            Write(output, 0, new Trial(last + 1, "?", 0, outcome, $"exit code {child.ExitCode}: {said.ReplaceLineEndings(" ")}"));
            return last + 2;
        }
    }

    private static void Write(StreamWriter output, int subject, Trial trial) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{trial.Number}\t{subject}\t{trial.File}\t{trial.Offset}\t{trial.Outcome}\t{(trial.Outcome is Outcome.Detected or Outcome.Harmless ? "" : trial.Detail.Replace('\t', ' '))}"));

    private static IEnumerable<Trial> All(string state) => Directory.GetFiles(state, "trials-*.csv").SelectMany(Results);

    private static IEnumerable<Trial> Results(string file) => !File.Exists(file) ? [] : File.ReadLines(file)
        .Select(line => line.Split('\t'))
        .Where(parts => parts.Length == 6)
        .Select(parts => new Trial(
            int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1] switch { "1" => "v1/", "2" => "v2/", "3" => "merge/", _ => "" } + parts[2],
            long.Parse(parts[3], CultureInfo.InvariantCulture), Enum.Parse<Outcome>(parts[4]), parts[5]));

    private static int Report(Trial[] trials)
    {
        Console.Out.WriteLine($"| file | trials | {string.Join(" | ", Enum.GetNames<Outcome>())} |");
        Console.Out.WriteLine($"|---|---|{string.Concat(Enum.GetNames<Outcome>().Select(_ => "---|"))}");
        foreach (IGrouping<string, Trial> kind in trials.GroupBy(KindOf).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Row(kind.Key, [.. kind]);
        }

        Row("all", trials);
        Trial[] failures = [.. trials.Where(trial => trial.Outcome is not (Outcome.Detected or Outcome.Harmless))];
        foreach (Trial failure in failures.Take(40))
        {
            Console.Out.WriteLine($"trial {failure.Number}: {failure.File} byte {failure.Offset}: {failure.Outcome}: {failure.Detail}");
        }

        return failures.Length == 0 ? 0 : 1;
    }

    private static string KindOf(Trial trial)
    {
        int slash = trial.File.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? trial.Kind : trial.File[..slash];
    }

    private static void Row(string name, Trial[] trials) => Console.Out.WriteLine(
        $"| {name} | {trials.Length} | {string.Join(" | ", Enum.GetValues<Outcome>().Select(outcome => trials.Count(trial => trial.Outcome == outcome)))} |");
}
