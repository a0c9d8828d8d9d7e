Option Explicit

' 基幹システム取込用の CSV を書き出す (ボタンから実行)
Public Sub CSV出力_Click()
    Dim path As String
    Dim line As String
    Dim r As Long, c As Long
    Dim f As Integer
    path = ThisWorkbook.Path & "\" & Replace("export_YYYYMMDD.csv", "YYYYMMDD", Format(Date, "yyyymmdd"))
    f = FreeFile
    Open path For Output As #f
    For r = 1 To ActiveSheet.UsedRange.Rows.Count
        line = ""
        For c = 1 To 3
            line = line & IIf(c > 1, ",", "") & Chr(34) & ActiveSheet.Cells(r, c).Text & Chr(34)
        Next c
        Print #f, line
    Next r
    Close #f
    MsgBox path & " に出力しました。"
End Sub
