Sub メモを開く()
    Dim f As String
    f = ThisWorkbook.Path & "\memo_{number}.txt"
    If Dir(f) = "" Then
        Open f For Output As #1
        Close #1
    End If
    Shell "notepad.exe " & f, vbNormalFocus
End Sub
