using ModelContextProtocol.Server;

namespace Sparse.Server.Mcp;

/// <summary>The tools over standard input and output, for a client that starts the process itself.</summary>
internal static class StdioServer
{
    /// <summary>Answers until standard input ends or it is stopped. Standard output carries the protocol and nothing else.</summary>
    /// <param name="indexes">What to serve; stays the caller's.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task RunAsync(IReadOnlyList<ServedIndex> indexes, CancellationToken stop)
    {
        // The transport has the stream itself; whoever prints from here on prints to standard error.
        Console.SetOut(Console.Error);
        await using var transport = new StdioServerTransport("sparse");
        await using McpServer server = McpServer.Create(transport, McpTools.Options(indexes, new ServerOptions()));
        try
        {
            await server.RunAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // As asked.
        }
    }
}
