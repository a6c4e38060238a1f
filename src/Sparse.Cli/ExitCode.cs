namespace Sparse.Cli;

/// <summary>What the process returns; scripts rely on these numbers.</summary>
internal static class ExitCode
{
    /// <summary>Everything asked for was done.</summary>
    public const int Success = 0;

    /// <summary>Damage found by <c>check</c>, an id that <c>get</c> did not find, or a failure that is our fault.</summary>
    public const int Failure = 1;

    /// <summary>Wrong input: the sentence on standard error says what and where.</summary>
    public const int WrongInput = 2;

    /// <summary>Stopped by Ctrl-C or SIGTERM; what was done is committed (128 + SIGINT, as shells expect).</summary>
    public const int Stopped = 130;
}
