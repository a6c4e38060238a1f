using Sparse.Benchmarks;

const string Usage = """
    usage: engine --docs FILE.bin --queries FILE.bin... [--k K...] [--peers bench.sh] [--json] [--order given|reordered] [--index DIR] [--limit N] [--repeats N]
           segment --docs FILE.bin --queries FILE.bin... [--k K...] [--reorder ROUNDS] [--save-order FILE] [--policy choose|always|never] [--no-check]
           policy --docs FILE.bin --queries FILE.bin... [--k K...] [--reorder ROUNDS] [--repeats N]
           scaling --docs FILE.bin --queries FILE.bin... [--index DIR] [--plot FILE.png]
           allocation --docs FILE.bin --queries FILE.bin... [--k K...] [--index DIR] [--reorder 1] [--limit N]
           threads --docs FILE.bin --queries FILE.bin... [--k K...] [--index DIR] [--reorder 1] [--json]
           encode --model DIR --collection DIR [--limit N] [--json]
           encode-query --collection DIR [--queries N] [--long] [--json]
           inference-free --data DIR [--cache DIR] [--queries N] [--repeats N] [--reorder] [--json]
           load --url http://127.0.0.1:8080 --index NAME --queries FILE.jsonl [--connections 64] [--seconds 60] [--add]
    """;
try
{
    switch (args)
    {
        case ["engine", .. string[] rest]:
            return EngineBenchmark.Run(EngineOptions.Parse(rest));
        case ["segment", .. string[] rest]:
            return SegmentBenchmark.Run(EngineOptions.Parse(rest));
        case ["policy", .. string[] rest]:
            return PolicyBenchmark.Run(EngineOptions.Parse(rest));
        case ["scaling", .. string[] rest]:
            return ScalingBenchmark.Run(EngineOptions.Parse(rest));
        case ["allocation", .. string[] rest]:
            return AllocationBenchmark.Run(EngineOptions.Parse(rest));
        case ["threads", .. string[] rest]:
            return ThreadsBenchmark.Run(EngineOptions.Parse(rest));
        case ["encode", .. string[] rest]:
            return EncodeBenchmark.Run(rest);
        case ["encode-query", .. string[] rest]:
            return EncodeQueryBenchmark.Run(rest);
        case ["inference-free", .. string[] rest]:
            return InferenceFreeBenchmark.Run(InferenceFreeOptions.Parse(rest));
        case ["load", .. string[] rest]:
            return LoadBenchmark.Run(rest);
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (Exception e) when (e is ArgumentException or FormatException or IOException or InvalidDataException or InvalidOperationException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
