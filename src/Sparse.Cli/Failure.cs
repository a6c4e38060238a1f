using Lucene.Net.Index;
using Lucene.Net.Store;

namespace Sparse.Cli;

/// <summary>Turns an exception into one sentence on standard error and an exit code; never a stack trace unless SPARSE_DEBUG=1.</summary>
internal static class Failure
{
    private const int NoSpaceUnix = 28;
    private const int FileTooLargeUnix = 27;
    private const int QuotaExceededUnix = 122;
    private const int DiskFullWindows = unchecked((int)0x80070070);

    /// <summary>Writes the sentence of an exception.</summary>
    /// <param name="exception">What a command threw.</param>
    /// <param name="error">Standard error.</param>
    /// <returns>The exit code.</returns>
    public static int Report(Exception exception, TextWriter error)
    {
        (string sentence, int code) = Describe(exception);
        error.WriteLine($"sparse: {sentence}");
        if (Environment.GetEnvironmentVariable("SPARSE_DEBUG") == "1")
        {
            error.WriteLine(exception);
        }

        return code;
    }

    /// <summary>True when the disk, a quota or a file size limit stopped a write, however deep Lucene wrapped it.</summary>
    /// <param name="exception">What was thrown.</param>
    public static bool IsDiskFull(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is IOException && cause.HResult is NoSpaceUnix or FileTooLargeUnix or QuotaExceededUnix or DiskFullWindows)
            {
                return true;
            }

            if (cause is AggregateException many && many.InnerExceptions.Any(IsDiskFull))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An exception's message as one line without a final stop.</summary>
    /// <param name="exception">What was thrown.</param>
    public static string OneLine(Exception exception)
    {
        // .NET appends " (Parameter 'name')", which means nothing to who typed a command.
        string message = exception.Message;
        if (exception is ArgumentException { ParamName: { } name })
        {
            message = message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal);
        }

        message = string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return message.EndsWith('.') ? message[..^1] : message;
    }

    private static (string Sentence, int Code) Describe(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions.Count: 1 } aggregate => Describe(aggregate.InnerExceptions[0]),
        TypeInitializationException { InnerException: { } cause } => Describe(cause),
        DllNotFoundException => ($"ONNX Runtime can't run here: {OneLine(exception)}", ExitCode.Failure),
        OperationCanceledException => ("stopped", ExitCode.Stopped),
        WrongInputException => (OneLine(exception), ExitCode.WrongInput),
        _ when IsDiskFull(exception) => ("the disk is full; free some space and run the command again (an index stays at its last commit)", ExitCode.WrongInput),
        LockObtainFailedException => ("another process is writing to this index; wait until it has finished", ExitCode.WrongInput),
        IndexNotFoundException => ($"no index here: {OneLine(exception)}", ExitCode.WrongInput),
        InvalidDataException or ArgumentException or IOException or UnauthorizedAccessException or NotSupportedException
            => (OneLine(exception), ExitCode.WrongInput),
        _ => ($"unexpected {exception.GetType().Name}: {OneLine(exception)} (SPARSE_DEBUG=1 shows where; please report it)", ExitCode.Failure),
    };
}
