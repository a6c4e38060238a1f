using System.Diagnostics;

namespace Sparse.Tests.Evaluation;

/// <summary>Runs the reference scripts of tests/reference.</summary>
internal static class Python
{
    /// <summary>Lines that a script prints; the test is skipped where there is no Python.</summary>
    internal static string[] Run(string script, IEnumerable<string> arguments, string input = "")
    {
        string path = Path.Combine(TestFolders.Repository, "tests", "reference", script);
        var start = new ProcessStartInfo("python3", [path, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        try
        {
            using Process python = Process.Start(start)!;
            Task<string> errors = python.StandardError.ReadToEndAsync();
            Task<string> output = python.StandardOutput.ReadToEndAsync();
            python.StandardInput.Write(input);
            python.StandardInput.Close();
            python.WaitForExit();
            Assert.That(python.ExitCode, Is.Zero, errors.Result);
            return output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("skipped: python3 is not here");
            throw;
        }
    }
}
