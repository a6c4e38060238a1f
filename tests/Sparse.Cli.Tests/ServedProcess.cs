using System.Diagnostics;

namespace Sparse.Cli.Tests;

/// <summary>A running <c>sparse serve</c> on a free port.</summary>
internal sealed class ServedProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Process _process;

    private ServedProcess(Process process, string url) => (_process, Url) = (process, url);

    public string Url { get; }

    public static ServedProcess Start(string index)
    {
        Process process = Tool.StartInterruptible("serve", "--index", index, "--urls", "http://127.0.0.1:0");
        Task<string> error = process.StandardError.ReadToEndAsync();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("listening on ", StringComparison.Ordinal))
            {
                return new ServedProcess(process, line["listening on ".Length..].Split(';')[0]);
            }
        }

        throw new InvalidOperationException("the server did not start: " + error.Result);
    }

    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public int WaitForExit() => _process.WaitForExit(Patience) ? _process.ExitCode : throw new TimeoutException("the server does not stop");

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
