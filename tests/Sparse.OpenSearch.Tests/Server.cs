using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Sparse.OpenSearch.Tests;

/// <summary>A real OpenSearch of three nodes from ../shared/opensearch, in a process of its own; tests are ignored where it is not there.</summary>
internal sealed class Server : IDisposable
{
    private const int Nodes = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly Lazy<Server> Shared = new(() => RunningPort is { } port ? new Server(null, port) : Start(canStopNodes: false));
    private readonly Process? _process;
    private readonly int _port;
    private readonly BlockingCollection<string?> _lines = [];

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
        WaitFor("stopped");
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
            _lines.Dispose();
        }
    }

    private static Server Start(bool canStopNodes)
    {
        // Three nodes take 3 GB and up to minutes to start on a busy machine: on 2026-11-24 they did not start beside all other tests.
        if (Environment.GetEnvironmentVariable("SPARSE_LONG") != "1")
        {
            Assert.Ignore("skipped: a real OpenSearch of three nodes is started where SPARSE_LONG=1 is set");
        }

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
        process.OutputDataReceived += (_, line) => server._lines.Add(line.Data);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            server.WaitFor("ready");
        }
        catch
        {
            server.Dispose();
            throw;
        }

        return server;
    }

    /// <summary>Waits for a line that begins with a word.</summary>
    private void WaitFor(string word)
    {
        string last = "";
        while (_lines.TryTake(out string? line, Patience) && line is not null)
        {
            last = line;
            if (line.StartsWith(word, StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException($"OpenSearch did not say '{word}', but last: {last}");
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
