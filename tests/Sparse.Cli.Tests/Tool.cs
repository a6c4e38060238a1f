using System.Diagnostics;
using System.Text;

namespace Sparse.Cli.Tests;

/// <summary>What one run of the tool gave.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error);

/// <summary>Runs the real built executable, as a user does.</summary>
internal static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    public static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "Sparse.Cli.dll");

    /// <summary>Runs to the end, standard input empty.</summary>
    public static ToolResult Run(params string[] arguments) => RunIn(null, arguments);

    public static ToolResult RunIn(string? folder, params string[] arguments)
    {
        using Process process = Start(folder, arguments);
        return WaitFor(process);
    }

    public static ToolResult WaitFor(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"still running after {Patience.TotalMinutes} minutes");
        }

        process.WaitForExit();
        return new ToolResult(process.ExitCode, output.Result, error.Result);
    }

    public static Process Start(string? folder, params string[] arguments) => StartVia(Host, folder, [Assembly, .. arguments]);

    /// <summary>Starts the tool so that SIGINT reaches it, also where a background job of a shell ignores it and passes that on.</summary>
    public static Process StartInterruptible(params string[] arguments) => OperatingSystem.IsLinux()
        ? StartVia("/usr/bin/env", null, ["--default-signal=INT", Host, Assembly, .. arguments])
        : Start(null, arguments);

    /// <summary>Runs a line of bash in which "$@" is the tool with its arguments.</summary>
    public static ToolResult RunScript(string script, params string[] arguments)
    {
        using Process process = StartVia("/bin/bash", null, ["-c", script, "bash", Host, Assembly, .. arguments]);
        return WaitFor(process);
    }

    public static string Host => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static Process StartVia(string file, string? folder, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(file)
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment.Remove("SPARSE_DEBUG");
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}
