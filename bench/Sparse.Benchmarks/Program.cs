using Sparse.Benchmarks;

if (args is not ["engine", .. string[] rest])
{
    Console.Error.WriteLine("usage: engine --docs FILE.bin --queries FILE.bin... [--k K...] [--peers bench.sh] [--json] [--lucene] [--reorder ITERATIONS] [--limit N] [--repeats N]");
    return 2;
}

try
{
    var options = EngineOptions.Parse(rest);
    return options.Lucene ? LuceneBenchmark.Run(options) : EngineBenchmark.Run(options);
}
catch (Exception error) when (error is ArgumentException or IOException or InvalidDataException or InvalidOperationException)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
