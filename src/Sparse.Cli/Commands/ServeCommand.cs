using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Sparse.Cli.Display;
using Sparse.Server;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse serve --index DIR... [--urls http://127.0.0.1:8080] [--keys FILE]</c>.</summary>
internal static class ServeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var folders = new Option<string[]>("--index", "-i") { Description = "Folders of indexes; each is named after its folder", HelpName = "DIR", Required = true, AllowMultipleArgumentsPerToken = true };
        var urls = new Option<string[]>("--urls") { Description = "Addresses to listen on; default: http://127.0.0.1:8080", HelpName = "URL", AllowMultipleArgumentsPerToken = true };
        var keys = new Option<string?>("--keys") { Description = "File of keys that requests must show ('sparse key' writes it); needed beyond this machine", HelpName = "FILE" };
        var traces = new Option<string?>("--traces") { Description = "Send traces to a collector that takes OTLP over HTTP; metrics are at /metrics", HelpName = "http://HOST:4318" };
        var command = new Command("serve", "Serve indexes over HTTP, with a search page") { folders, urls, keys, traces };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(folders), parsed.GetValue(urls) ?? [], parsed.GetValue(keys), parsed.GetValue(traces)));
        return command;
    }

    private static async Task<int> RunAsync(string[] folders, string[] urls, string? keys, string? traces)
    {
        using var stop = new StopSignal();
        var options = new ServerOptions { Keys = keys is null ? null : ApiKeys.Read(keys), Traces = traces is null ? null : Collector(traces) };
        options = urls.Length == 0 ? options : options with { Urls = urls };
        ServedFolder.RequireDistinctNames(folders);
        var served = new List<ServedIndex>();
        var marks = new List<ServedMark>();
        try
        {
            foreach (string folder in folders)
            {
                served.Add(ServedFolder.Open(folder, readOnly: false));
            }

            await using WebApplication app = SparseServer.Build(served, options);
            await app.StartAsync();
            marks.AddRange(served.Select(index => new ServedMark(index.Index.DirectoryPath, app.Urls.First())));
            foreach (ServedIndex index in served)
            {
                Console.Out.WriteLine($"serving '{index.Name}', {Figure.Count(index.Index.Count, "document")}, {string.Join(", ", index.Modes.Select(HitList.Word))}");
            }

            Console.Out.WriteLine($"listening on {string.Join(", ", app.Urls)}; Ctrl-C stops");
            await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            await app.StopAsync();
        }
        finally
        {
            marks.ForEach(mark => mark.Dispose());
            foreach (ServedIndex index in served)
            {
                await index.DisposeAsync();
            }
        }

        return ExitCode.Success;
    }

    private static Uri Collector(string given) => Uri.TryCreate(given, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" ? uri
        : throw new WrongInputException($"--traces takes an address such as http://127.0.0.1:4318, not '{given}'");
}
