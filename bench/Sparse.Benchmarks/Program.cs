using Sparse.Benchmarks;

return args is ["engine", ..] ? EngineBenchmark.Run(args[1..]) : Usage();

static int Usage()
{
    Console.Error.WriteLine("usage: engine --docs FILE.bin --queries FILE.bin... [--k K...] [--peers bench.sh] [--json]");
    return 2;
}
