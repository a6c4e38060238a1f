using System.Diagnostics;
using System.Globalization;
using Sparse.Chaos;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet;

// Question: what do accidents do to an index? Each command runs a campaign; results lie in bench/results/faults.md.
//   dotnet run -c Release --project bench/Sparse.Chaos -- corrupt [--trials 100000] [--jobs 2] [--state artifacts/chaos/corrupt]
//     one byte changed after the other, in every file: detected, or harmless? Goes on where the last run stopped.
//   ... -- power [--losses 1000] [--seed 1]: the power goes at a random operation; is every committed document there?
//   ... -- soak [--minutes 10] [--state artifacts/chaos/soak] [--plot FILE.png]: four threads; memory, handles and files over time.
//   ... -- open --index DIR [--rounds 5]: what do the checksums cost when an index is opened, and when its terms are first read?
// Exit code 1: something failed.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["corrupt-worker", var from, var to, var pages, var old, var results])
{
    return DamageCampaign.Work(int.Parse(from, CultureInfo.InvariantCulture), int.Parse(to, CultureInfo.InvariantCulture), pages, old, results);
}

var options = new Dictionary<string, string>
{
    ["--trials"] = "100000",
    ["--jobs"] = "2",
    ["--losses"] = "1000",
    ["--seed"] = "1",
    ["--minutes"] = "10",
    ["--rounds"] = "5",
    ["--index"] = "",
    ["--plot"] = "",
    ["--corpus"] = "samples/corpus/corpus.jsonl",
    ["--golden"] = "tests/data",
    ["--state"] = "artifacts/chaos",
};
for (int i = 1; i < args.Length; i += 2)
{
    if (!options.ContainsKey(args[i]) || i + 1 == args.Length)
    {
        Console.Error.WriteLine($"'{args[i]}' is unknown or lacks its value; there are {string.Join(", ", options.Keys)}.");
        return 2;
    }

    options[args[i]] = args[i + 1];
}

switch (args.FirstOrDefault())
{
    case "corrupt":
        return DamageCampaign.Run(Number("--trials"), Number("--jobs"), options["--corpus"], options["--golden"], Path.Combine(options["--state"], "corrupt"));
    case "power":
        return PowerLosses(Number("--losses"), Number("--seed"));
    case "soak":
        return RunSoak(Number("--minutes"));
    case "open":
        return OpeningCost.Measure(options["--index"], Number("--rounds"));
    default:
        Console.Error.WriteLine("Name a campaign: corrupt, power, soak or open.");
        return 2;
}

int Number(string name) => int.Parse(options[name], CultureInfo.InvariantCulture);

int PowerLosses(int losses, int seed)
{
    using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
    string folder = Path.Combine(Path.GetTempPath(), $"sparse-power-{Environment.ProcessId}");
    var trials = new PowerLoss(encoder, Pieces.Read(encoder, options["--corpus"], 400, 10), folder);
    int failed = 0;
    for (int i = 0; i < losses; i++)
    {
        if (trials.Run(seed + i) is { } wrong)
        {
            failed++;
            Console.Out.WriteLine($"seed {seed + i}: {wrong}");
        }
    }

    Console.Out.WriteLine($"{losses} losses from seed {seed} on, {failed} failed; {trials.Summary}");
    return failed == 0 ? 0 : 1;
}

int RunSoak(int minutes)
{
    using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
    using var soak = new Soak(encoder, Pieces.Read(encoder, options["--corpus"], 3_000, 10), Path.Combine(options["--state"], "soak"));
    IReadOnlyCollection<string> failures = soak.Run(TimeSpan.FromMinutes(minutes));
    SoakSample[] samples = SoakSample.Read(soak.Samples);
    if (options["--plot"].Length > 0)
    {
        SoakSample.Plot(samples, options["--plot"]);
    }

    foreach (string failure in failures)
    {
        Console.Out.WriteLine(failure);
    }

    Console.Out.WriteLine($"{samples[^1].Minutes:F1} minutes in all; the last sample: {samples[^1]}");
    return failures.Count == 0 ? 0 : 1;
}
