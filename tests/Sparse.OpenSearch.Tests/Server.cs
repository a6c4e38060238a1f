using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Sparse.OpenSearch.Tests;

/// <summary>A real OpenSearch of three nodes from ../shared/opensearch, in a process of its own; tests are ignored where it is not there.</summary>
internal sealed class Server : IDisposable
{
    private const int Nodes = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private static readonly Lazy<Server> Shared = new(() => RunningPort is { } port ? new Server(null, port) : Start(canStopNodes: false));
    private readonly Process? _process;
    private readonly int _port;
    private volatile string _said = "";

    private Server(Process? process, int port)
    {
        _process = process;
        _port = port;
    }

    /// <summary>The one cluster of this run.</summary>
    public static Server Instance => Shared.Value;

    /// <summary>First port of a cluster that is there already, from SPARSE_TEST_OPENSEARCH: it outlives the run, which spares whoever writes tests the start.</summary>
    private static int? RunningPort => int.TryParse(Environment.GetEnvironmentVariable("SPARSE_TEST_OPENSEARCH"), out int port) ? port : null;

    /// <summary>The address of its first node.</summary>
    public string Url => UrlOf(1);

    /// <summary>The addresses of all nodes.</summary>
    public string AllUrls => string.Join(',', Enumerable.Range(1, Nodes).Select(UrlOf));

    /// <summary>The address of a node, from 1.</summary>
    public string UrlOf(int node) => $"http://127.0.0.1:{_port + node - 1}";

    /// <summary>Starts a cluster whose nodes can be stopped, with our own starter: that of ../shared takes no commands.</summary>
    public static Server StartStoppable() => Start(canStopNodes: true);

    /// <summary>Ends the cluster of this run, if one was started.</summary>
    public static void EndShared()
    {
        if (Shared.IsValueCreated)
        {
            Shared.Value.Dispose();
        }
    }

    /// <summary>Stops a node, from 1, as an administrator would who gives no notice.</summary>
    public void StopNode(int node)
    {
        _process!.StandardInput.WriteLine($"stop {node}");
        WaitUntil(() => IsFree(_port + node - 1), $"node {node} is gone");
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }

    private static Server Start(bool canStopNodes)
    {
        string files = SharedData.Folder("opensearch");
        string folder = Folders.New("data");
        int port = FreePort();
        ProcessStartInfo start = canStopNodes
            ? new ProcessStartInfo("java", ["-Xmx1g", "-cp", Path.Combine(files, "lib/*"), Path.Combine(SharedData.Repository, "tests/Sparse.OpenSearch.Tests/StoppableCluster.java"), folder, $"{Nodes}", $"{port}"])
            : new ProcessStartInfo("/bin/bash", [Path.Combine(files, "start.sh"), folder, $"{Nodes}", $"{port}", "1g"]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        Process process;
        try
        {
            using Process java = Process.Start(new ProcessStartInfo("java", "-version") { RedirectStandardError = true })!;
            java.WaitForExit();
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("skipped: no Java is here to run OpenSearch");
            throw;
        }

        // The server talks a lot, and would wait for somebody to listen.
        var server = new Server(process, port);
        process.OutputDataReceived += (_, line) => server._said = line.Data ?? server._said;
        process.ErrorDataReceived += (_, line) => server._said = line.Data ?? server._said;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            server.WaitUntil(server.IsWhole, "all nodes answer");
        }
        catch
        {
            server.Dispose();
            throw;
        }

        return server;
    }

    /// <summary>Asked of the server: what it prints is no sign, because the logging of a later node closes the output of all.</summary>
    private bool IsWhole()
    {
        try
        {
            JsonElement health = JsonElement.Parse(Http.GetStringAsync(new Uri(Url + "/_cluster/health")).GetAwaiter().GetResult());
            return health.GetProperty("number_of_nodes").GetInt32() == Nodes && health.GetProperty("status").GetString() == "green"
                && Enumerable.Range(0, Nodes).All(node => !IsFree(_port + node));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private void WaitUntil(Func<bool> isSo, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            if (_process!.HasExited || watch.Elapsed > Patience)
            {
                throw new InvalidOperationException($"OpenSearch {(_process.HasExited ? "ended" : "took too long")} before {what}; it said last: {_said}");
            }

            Thread.Sleep(Pause);
        }
    }

    private static int FreePort()
    {
        for (int port = 19311; ; port += 10)
        {
            if (Enumerable.Range(port, Nodes).All(IsFree))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
