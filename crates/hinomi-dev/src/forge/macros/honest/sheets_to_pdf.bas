Public Sub PDF出力_Click()
    Dim ws As Worksheet
    Dim folder As String
    folder = ThisWorkbook.Path & Application.PathSeparator & "pdf"
    If Dir(folder, vbDirectory) = "" Then MkDir folder
    For Each ws In ThisWorkbook.Worksheets
        ws.ExportAsFixedFormat Type:=xlTypePDF, Filename:=folder & "\" & ws.Name & ".pdf"
    Next ws
End Sub
