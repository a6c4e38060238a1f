using Sparse.Benchmarks;

const string Usage = """
    usage: engine --docs FILE.bin --queries FILE.bin... [--k K...] [--peers bench.sh] [--json] [--lucene] [--reorder ITERATIONS] [--limit N] [--repeats N]
           scaling --docs FILE.bin --queries FILE.bin... [--plot FILE.png]
           allocation --docs FILE.bin --queries FILE.bin... [--k K...] [--index DIR] [--reorder 1] [--limit N]
           threads --docs FILE.bin --queries FILE.bin... [--k K...] [--index DIR] [--reorder 1] [--json]
           inference-free --data DIR [--cache DIR] [--queries N] [--repeats N] [--reorder] [--json]
    """;
try
{
    switch (args)
    {
        case ["engine", .. string[] rest]:
            var options = EngineOptions.Parse(rest);
            return options.Lucene ? LuceneBenchmark.Run(options) : EngineBenchmark.Run(options);
        case ["scaling", .. string[] rest]:
            return ScalingBenchmark.Run(EngineOptions.Parse(rest));
        case ["allocation", .. string[] rest]:
            return AllocationBenchmark.Run(EngineOptions.Parse(rest));
        case ["threads", .. string[] rest]:
            return ThreadsBenchmark.Run(EngineOptions.Parse(rest));
        case ["inference-free", .. string[] rest]:
            return InferenceFreeBenchmark.Run(InferenceFreeOptions.Parse(rest));
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (Exception e) when (e is ArgumentException or IOException or InvalidDataException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
